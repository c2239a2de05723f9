import { copy } from '../frame/commands.ts';
import { enableKey, revealKey } from '../ipc/ipc.ts';
import type { KeyView, ProviderView } from '../ipc/types.ts';
import { putKey } from '../state/catalogue.svelte.ts';
import { show } from '../state/overlay.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { forgetTest } from '../state/tests.svelte.ts';
import { r } from '../text/routing.ts';
import { t } from '../text/t.ts';
import { adoptKey } from './adopt.ts';

type Item = { label: string; danger?: boolean; run: () => void };

/** What can be done with a key. `attempt` shows beside the key what fails. */
export function menuOf(key: KeyView, provider: ProviderView, attempt: (work: () => Promise<unknown>) => void): Item[] {
  const toggle = async () => {
    forgetTest(key.id);
    putKey(await enableKey({ id: key.id, enabled: !key.enabled }));
  };
  const replace = () => show({ is: 'add', target: { is: 'replace', provider, key } });
  const { form } = provider;
  const settings: Item[] = form
    ? [{ label: t('configure.settings'), run: () => show({ is: 'configure', provider, form, key }) }]
    : [];
  const secret: Item[] = [
    ...(key.config ? [] : [{ label: t('key.replace'), run: replace }]),
    { label: t('key.copy'), run: () => void copy(key) },
    { label: t('key.show'), run: () => attempt(() => revealKey(key.id)) },
  ];
  const adopt: Item = {
    label: t(`key.adopt.${vault.view?.kind ?? 'keychain'}`),
    run: () => attempt(() => adoptKey(key)),
  };
  const payable = provider.paid !== null && key.source !== 'none' && key.enabled && key.state === 'active';
  const paid = { label: t('paid.menu'), run: () => show({ is: 'paid-test', key, provider }) };
  return [
    { label: t('key.rename'), run: () => show({ is: 'rename', key }) },
    { label: r('use.menu'), run: () => show({ is: 'use', key }) },
    ...settings,
    ...(key.source === 'vault' ? secret : []),
    ...(key.source === 'env' ? [{ label: t('key.replace'), run: replace }, adopt] : []),
    ...(payable ? [paid] : []),
    { label: key.enabled ? t('key.disable') : t('key.enable'), run: () => attempt(toggle) },
    { label: t('key.remove'), danger: true, run: () => show({ is: 'remove-key', key, provider }) },
  ];
}
