import { fault, type Fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/ipc.ts';
import type { VaultView } from '../ipc/types.ts';

/** The vault as last seen, and the one thing that is being done with it. */
export const vault = $state<{ view: VaultView | null; busy: boolean; fault: Fault | null }>({
  view: null,
  busy: false,
  fault: null,
});

export const isReady = (): boolean => vault.view?.state === 'ready' && vault.view.other === null;

async function ask(command: () => Promise<VaultView>): Promise<void> {
  if (vault.busy) return;
  vault.busy = true;
  vault.fault = null;
  try {
    vault.view = await command();
  } catch (thrown) {
    vault.fault = fault(thrown);
  } finally {
    vault.busy = false;
  }
}

export const refreshVault = () => ask(ipc.vaultStatus);
export const proveVault = () => ask(ipc.proveVault);

/** The way out of a state: unlock, create, or look again. */
export async function leave(): Promise<void> {
  if (vault.view?.state === 'locked') await ask(ipc.unlockVault);
  else if (vault.view?.state === 'no_collection') await ask(ipc.createKeyring);
  else await refreshVault();
}

/** The keychain may have been locked or unlocked while another window was in front. */
export function watchVault(): () => void {
  const look = () => void refreshVault();
  addEventListener('focus', look);
  return () => removeEventListener('focus', look);
}
