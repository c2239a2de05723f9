import type { ProviderView } from '../../ipc/types.ts';
import { putProvider } from '../../state/catalogue.svelte.ts';
import { forgetTest } from '../../state/tests.svelte.ts';

/** It is asked in another way from now on: a test that is under way is one of the way before. */
export function changed(provider: ProviderView): void {
  for (const key of provider.keys) forgetTest(key.id);
  putProvider(provider);
}
