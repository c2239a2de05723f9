import type {
  DraftView,
  FormView,
  HeaderView,
  KeyView,
  Leftover,
  LimitView,
  NetworkView,
  ProviderView,
  TaskView,
  VaultKind,
  WorkspaceView,
} from '../ipc/types.ts';

/** What a key is being added to, or which key is being replaced. */
export type Target =
  | { is: 'any' }
  | { is: 'provider'; provider: ProviderView }
  | { is: 'custom' }
  | { is: 'replace'; provider: ProviderView; key: KeyView };

export type Overlay =
  | { is: 'add'; target: Target }
  | { is: 'configure'; provider: ProviderView; form: FormView; key?: KeyView; draft?: DraftView }
  | { is: 'rename'; key: KeyView }
  | { is: 'use'; key: KeyView }
  | { is: 'remove-keys'; keys: KeyView[]; then: () => void }
  | { is: 'task'; task: TaskView | null }
  | { is: 'remove-task'; task: TaskView }
  | { is: 'choose-model'; task: TaskView; at: number }
  | { is: 'limit'; limit: LimitView | null }
  | { is: 'remove-workspace'; workspace: WorkspaceView }
  | { is: 'remove-key'; key: KeyView; provider: ProviderView }
  | { is: 'paid-test'; key: KeyView; provider: ProviderView }
  | { is: 'remove-provider'; provider: ProviderView }
  | { is: 'remove-header'; provider: ProviderView; header: HeaderView }
  | { is: 'delete-leftovers'; leftovers: Leftover[]; then: () => Promise<void> }
  | { is: 'create-file' }
  | { is: 'unlock-file' }
  | { is: 'change-passphrase' }
  | { is: 'use-session' }
  | { is: 'move'; to: VaultKind; goOn?: boolean }
  | { is: 'proxy-login'; provider: string | null; host: string; then: (view: NetworkView) => void }
  | { is: 'bot-token'; host: string }
  | { is: 'forget-bot' }
  | { is: 'palette' }
  | { is: 'shortcuts' };

/** The dialog that is open, and one that may stand over it. */
export const overlay = $state<{ open: Overlay | null; over: Overlay | null }>({ open: null, over: null });

/** A key that is being added is not lost to a question about where it goes. */
const over: Overlay['is'][] = ['create-file', 'unlock-file', 'use-session'];

export function show(next: Overlay): void {
  if ((overlay.open?.is === 'add' || overlay.open?.is === 'configure') && over.includes(next.is)) overlay.over = next;
  else Object.assign(overlay, { open: withForm(next), over: null });
}

/** Where a provider's form says all, it is filled in instead; so is that of a key that has one. */
function withForm(next: Overlay): Overlay {
  if (next.is !== 'add') return next;
  const { target } = next;
  if (target.is !== 'provider' && target.is !== 'replace') return next;
  const { provider } = target;
  if (!provider.form) return next;
  if (target.is === 'replace')
    return target.key.config ? { is: 'configure', provider, form: provider.form, key: target.key } : next;
  return provider.form.placed ? { is: 'configure', provider, form: provider.form } : next;
}

/** Closes the topmost. */
export function hide(): void {
  if (overlay.over) overlay.over = null;
  else overlay.open = null;
}
