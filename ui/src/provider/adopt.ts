import { adoptVariable } from '../ipc/ipc.ts';
import type { KeyView } from '../ipc/types.ts';
import { loadProviders } from '../state/catalogue.svelte.ts';
import { forgetTest, testKey } from '../state/tests.svelte.ts';
import { tell } from '../state/toast.svelte.ts';
import { refreshVault } from '../state/vault.svelte.ts';
import { t } from '../text/t.ts';

/** Saves the key that is in a variable: Rust reads it, and the page learns its hint. Tested like any new key. */
export async function adoptKey(key: KeyView): Promise<void> {
  const saved = await adoptVariable({ id: key.id, name: '' });
  forgetTest(key.id);
  await loadProviders();
  tell(t('key.adopted', { name: saved.name }));
  void testKey(saved.id);
  void refreshVault();
}
