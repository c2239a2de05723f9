import type { VaultView } from '../ipc/types.ts';
import { t } from '../text/t.ts';
import { kindOf } from './kind.ts';

/** Who answers, or the general word when nobody does. */
export const vaultName = (vault: VaultView): string => vault.identity?.name ?? t('vault.keychain');

export function titleOf(vault: VaultView): string {
  return t(`vault.title.${kindOf(vault)}`, { vault: vault.identity?.name ?? t('vault.thisKeychain') });
}

export function sayOf(vault: VaultView): string {
  return t(`vault.say.${kindOf(vault)}`, { other: vault.other ?? '' });
}

export function shortOf(vault: VaultView): string {
  if (vault.pending > 0) return t('vault.pending', { count: vault.pending });
  const kind = kindOf(vault);
  return kind === 'ready' && vault.proof ? t('vault.proved') : t(`vault.short.${kind}`, { other: vault.other ?? '' });
}

/** What depends on it. */
export function stakeOf(vault: VaultView): string {
  if (vault.secrets === 0) return t('vault.nothing');
  return kindOf(vault) === 'locked'
    ? t('vault.inside', { count: vault.secrets })
    : t('vault.wait', { count: vault.secrets });
}

/** The word on the button that leads out of a state. */
export function wayOut(vault: VaultView): string {
  const kind = kindOf(vault);
  if (kind === 'locked') return t('vault.unlock');
  return kind === 'no_collection' ? t('vault.create') : t('common.tryAgain');
}
