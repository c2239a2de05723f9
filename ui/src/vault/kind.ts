import type { VaultState, VaultView } from '../ipc/types.ts';

/** What the page tells apart: the vault's states, and keys that live in another keychain than the one that answers. */
export type VaultKind = VaultState | 'elsewhere';

export function kindOf(vault: VaultView): VaultKind {
  return vault.state === 'ready' && vault.other !== null ? 'elsewhere' : vault.state;
}

/** The look of a state: a lock the user can open is a warning; what stops everything is danger. */
export function toneOf(kind: VaultKind): 'ok' | 'warning' | 'danger' {
  if (kind === 'ready') return 'ok';
  return kind === 'no_provider' || kind === 'no_bus' ? 'danger' : 'warning';
}
