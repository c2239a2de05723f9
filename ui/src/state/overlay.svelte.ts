import type { KeyView, Leftover, ProviderView } from '../ipc/types.ts';

/** What a key is being added to, or which key is being replaced. */
export type Target =
  | { is: 'any' }
  | { is: 'provider'; provider: ProviderView }
  | { is: 'custom' }
  | { is: 'replace'; provider: ProviderView; key: KeyView };

export type Overlay =
  | { is: 'add'; target: Target }
  | { is: 'rename'; key: KeyView }
  | { is: 'remove-key'; key: KeyView; provider: ProviderView }
  | { is: 'remove-provider'; provider: ProviderView }
  | { is: 'delete-leftovers'; leftovers: Leftover[]; then: () => Promise<void> }
  | { is: 'palette' }
  | { is: 'shortcuts' };

/** The one dialog that is open. */
export const overlay = $state<{ open: Overlay | null }>({ open: null });

export function show(next: Overlay): void {
  overlay.open = next;
}

export function hide(): void {
  overlay.open = null;
}
