import { keepFocus } from '../controls/focus.ts';
import * as ipc from '../ipc/ipc.ts';
import type { VaultKind, VaultView } from '../ipc/types.ts';
import { show } from '../state/overlay.svelte.ts';
import { ask, keysHere, refreshVault, vault as state } from '../state/vault.svelte.ts';
import { t } from '../text/t.ts';
import { conditionOf } from './condition.ts';
import { placeOf } from './words.ts';

/** Something that leads out of a state, or to another place for new keys. */
export type Way = { label: string; run: () => void };

// The button that leads out of a state goes with that state.
const go = (work: () => Promise<void>) => () => void work().then(() => keepFocus());

/** Out of a state: unlock, create, or look again. */
function out(vault: VaultView): Way {
  switch (conditionOf(vault)) {
    case 'locked':
      return { label: t('vault.unlock'), run: () => unlock('keychain') };
    case 'no_collection':
      return { label: t('vault.create'), run: go(() => ask(ipc.createKeyring)) };
    case 'file_locked':
      return { label: t('vault.unlock'), run: () => unlock('file') };
    case 'file_gone':
      // Keys wait for that very file: another one would not open them.
      if (keysHere(vault) === 0) return { label: t('vault.newFile'), run: () => show({ is: 'create-file' }) };
      return { label: t('common.tryAgain'), run: go(refreshVault) };
    default:
      return { label: t('common.tryAgain'), run: go(refreshVault) };
  }
}

/** Opens what is locked: the desktop asks, or the page. */
export const unlock = (kind: VaultKind): void =>
  kind === 'file' ? show({ is: 'unlock-file' }) : go(() => ask(ipc.unlockVault))();

/** To keep new keys in another place. Never taken without a click, and what cannot be undone asks first. */
export function towards(vault: VaultView, kind: VaultKind): Way {
  if (kind === 'session') return { label: t('vault.session'), run: () => show({ is: 'use-session' }) };
  if (kind === 'keychain') {
    const label = t('vault.use', { vault: placeOf(vault, kind) });
    return { label, run: go(() => ask(() => ipc.useVault({ kind }))) };
  }
  if (!vault.file.exists) return { label: t('vault.newFile'), run: () => show({ is: 'create-file' }) };
  return { label: t('vault.useFile'), run: go(useFile) };
}

async function useFile(): Promise<void> {
  await ask(() => ipc.useVault({ kind: 'file' }));
  if (state.view?.kind === 'file' && state.view.state === 'locked') show({ is: 'unlock-file' });
}

export const kinds: VaultKind[] = ['keychain', 'file', 'session'];
export const others = (vault: VaultView): Way[] =>
  kinds.filter((kind) => kind !== vault.kind).map((kind) => towards(vault, kind));

/** Whether this is a state that one may want to leave for another place: a lock is only opened. */
export const isStuck = (vault: VaultView): boolean =>
  !['ready', 'locked', 'file', 'file_locked', 'session'].includes(conditionOf(vault));

/** All ways out of a state, the nearest first. */
export const waysOut = (vault: VaultView): Way[] => [out(vault), ...(isStuck(vault) ? others(vault) : [])];
