import type { Holding, VaultKind, VaultView } from '../ipc/types.ts';
import { keysHere } from '../state/vault.svelte.ts';
import { t } from '../text/t.ts';
import { conditionOf } from './condition.ts';

/** Where new keys go, as a name: who answers, or the general word when nobody does. */
export const vaultName = (vault: VaultView): string => nameOf(vault, vault.kind) ?? t(`vault.name.${vault.kind}`);

/** The same inside a sentence, of any vault: "GNOME Keyring", "the encrypted file". */
export const placeOf = (vault: VaultView, kind: VaultKind): string => nameOf(vault, kind) ?? t(`vault.inside.${kind}`);

/** The name of the keychain, if one is known. The others are the page's own. */
export function nameOf(vault: VaultView, kind: VaultKind): string | undefined {
  if (kind !== 'keychain') return undefined;
  if (vault.kind === 'keychain') return vault.identity?.name;
  return vault.holdings.find((one) => one.kind === 'keychain')?.name;
}

export function titleOf(vault: VaultView): string {
  return t(`vault.title.${conditionOf(vault)}`, { vault: nameOf(vault, vault.kind) ?? t('vault.thisKeychain') });
}

export function sayOf(vault: VaultView): string {
  return t(`vault.say.${conditionOf(vault)}`, { other: vault.other ?? '', path: vault.file.path });
}

export function shortOf(vault: VaultView): string {
  if (vault.pending > 0) return t('vault.pending', { count: vault.pending });
  const condition = conditionOf(vault);
  if (condition === 'ready' && vault.proof) return t('vault.proved');
  return t(`vault.short.${condition}`, { other: vault.other ?? '', minutes: vault.file.auto_lock_min });
}

/** What depends on it. */
export function stakeOf(vault: VaultView): string {
  const count = keysHere(vault);
  if (count === 0) return t(vault.state === 'locked' ? 'vault.empty' : 'vault.nothing');
  return vault.state === 'locked' ? t('vault.within', { count }) : t('vault.wait', { count });
}

/** How many keys a move to this place has still to reach. */
export const keysElsewhere = (vault: VaultView, to: VaultKind): number =>
  sourcesOf(vault, to).reduce((keys, one) => keys + one.keys, 0);

/** The vaults whose keys can be moved: not the one they would go to, and not one that cannot be reached. */
export const sourcesOf = (vault: VaultView, to: VaultKind): Holding[] =>
  vault.holdings.filter((one) => one.kind !== to && one.state !== null);
