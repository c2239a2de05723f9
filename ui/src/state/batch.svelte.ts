import type { KeyView, ProviderView } from '../ipc/types.ts';
import { allKeys } from './environment.svelte.ts';
import { newRun } from './run.ts';
import { cancelTest, isBusy, testable, testKey } from './tests.svelte.ts';

export type Progress = { done: number; total: number };

/** How far the test of a provider's keys is, by provider. */
const batches = $state<Record<string, Progress>>({});
/** How far "Test all" is. */
export const everything = $state<{ progress: Progress | null }>({ progress: null });

export const batchOf = (provider: string): Progress | undefined => batches[provider];

/** Tests every enabled key of a provider. */
export async function testProvider(provider: ProviderView, each?: () => void, run = newRun()): Promise<void> {
  const keys = allKeys(provider).filter((key) => testable(key) && !isBusy(key.id));
  if (keys.length === 0 || provider.id in batches) return;
  batches[provider.id] = { done: 0, total: keys.length };
  await Promise.all(keys.map((key) => testOne(provider.id, key, run, each)));
  delete batches[provider.id];
}

async function testOne(provider: string, key: KeyView, run: string, each?: () => void): Promise<void> {
  await testKey(key.id, run);
  const now = batches[provider];
  if (now) now.done += 1;
  each?.();
}

export function cancelProvider(provider: ProviderView): void {
  for (const key of allKeys(provider)) cancelTest(key.id);
}

/** Tests every enabled key there is. Returns how many were tested; fewer than there are when it was cancelled. */
export async function testEverything(providers: ProviderView[]): Promise<void> {
  if (everything.progress) return;
  const total = providers.flatMap(allKeys).filter((key) => testable(key) && !isBusy(key.id)).length;
  if (total === 0) return;
  everything.progress = { done: 0, total };
  const each = () => {
    if (everything.progress) everything.progress.done += 1;
  };
  // Together, so that a locked keychain is found to be locked once.
  const run = newRun();
  await Promise.all(providers.map((provider) => testProvider(provider, each, run)));
  everything.progress = null;
}
