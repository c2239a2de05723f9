import { fault, type Fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/ipc.ts';
import type { Holding, KeyView, VaultView } from '../ipc/types.ts';

/** The chosen vault and the others as last seen, and the one thing that is being done with them. */
export const vault = $state<{ view: VaultView | null; busy: boolean; fault: Fault | null }>({
  view: null,
  busy: false,
  fault: null,
});

export const isReady = (): boolean => vault.view?.state === 'ready' && vault.view.other === null;

/** Whether a key can be saved now: into the encrypted file also while it is locked. */
export const canSave = (): boolean =>
  isReady() || (vault.view?.kind === 'file' && vault.view.state === 'locked' && vault.view.file.exists);

/** The vaults that may hold a key: there can be two keychains, and only the one that answers is open. */
const holdersOf = (key: KeyView): Holding[] =>
  vault.view?.holdings.filter((one) => one.kind === key.vault && one.keys > 0) ?? [];

/** Whether what holds a key can be read now. */
export function isOpen(key: KeyView): boolean {
  const holders = holdersOf(key);
  return holders.length > 0 ? holders.some((one) => one.state === 'ready') : isReady();
}

/** The vault that holds a key, when it is another than the chosen one. */
export function elsewhere(key: KeyView): Holding | undefined {
  const holders = holdersOf(key);
  return holders.some((one) => one.here) ? undefined : holders[0];
}

/** How many keys there are in the chosen vault. */
export const keysHere = (view: VaultView): number =>
  view.holdings.filter((one) => one.kind === view.kind).reduce((sum, one) => sum + one.keys, 0);

let turn = 0;

/** What a command told about the vault. It is newer than what any earlier question will answer. */
export function seen(view: VaultView): void {
  turn += 1;
  vault.view = view;
  vault.fault = null;
}

export async function ask(command: () => Promise<VaultView>): Promise<void> {
  if (vault.busy) return;
  vault.busy = true;
  vault.fault = null;
  const asked = ++turn;
  try {
    const view = await command();
    if (asked === turn) vault.view = view;
  } catch (thrown) {
    vault.fault = fault(thrown);
  } finally {
    vault.busy = false;
  }
}

export const refreshVault = () => ask(ipc.vaultStatus);
export const proveVault = () => ask(ipc.proveVault);

let peeking = false;

/** A look nobody asked for: it holds up no click, and gives way to what a click finds. */
async function peek(): Promise<void> {
  if (peeking || vault.busy) return;
  peeking = true;
  const asked = turn;
  try {
    const view = await ipc.vaultStatus();
    if (asked === turn && !vault.busy) vault.view = view;
  } catch {
    // The next look, or a click, will tell.
  } finally {
    peeking = false;
  }
}

/** How often an open file is looked at: it locks itself. */
const LOOK_MS = 20_000;
/** How often a keychain that does not answer is: it may only be slow, or wait for its user. */
const SOON_MS = 2000;

/** The keychain may have been locked or unlocked while another window was in front, and the file locks itself. */
export function watchVault(): () => void {
  const look = () => void refreshVault();
  const every = (ms: number, wanted: () => boolean) =>
    setInterval(() => {
      if (wanted() && !document.hidden) void peek();
    }, ms);
  const timers = [
    every(LOOK_MS, () => vault.view?.file.state === 'ready'),
    every(SOON_MS, () => vault.view?.state === 'unresponsive'),
  ];
  addEventListener('focus', look);
  return () => {
    timers.forEach(clearInterval);
    removeEventListener('focus', look);
  };
}
