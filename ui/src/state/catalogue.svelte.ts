import { fault, type Fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/ipc.ts';
import type { KeyView, ProviderView } from '../ipc/types.ts';
import { refreshKnown } from './environment.svelte.ts';

type Phase = { is: 'loading' } | { is: 'ready' } | { is: 'failed'; fault: Fault };

/** Every provider there is, with its keys. */
export const catalogue = $state<{ phase: Phase; all: ProviderView[] }>({ phase: { is: 'loading' }, all: [] });

export async function loadProviders(): Promise<void> {
  try {
    catalogue.all = await ipc.listProviders();
    catalogue.phase = { is: 'ready' };
    void refreshKnown(catalogue.all);
  } catch (thrown) {
    catalogue.phase = { is: 'failed', fault: fault(thrown) };
  }
}

export const isYours = (provider: ProviderView): boolean =>
  provider.keys.length > 0 || provider.ambient.length > 0 || provider.custom;
export const yours = (): ProviderView[] => catalogue.all.filter(isYours);
export const providerOf = (id: string): ProviderView | undefined => catalogue.all.find((one) => one.id === id);
export const keyOf = (id: string): KeyView | undefined =>
  catalogue.all.flatMap((provider) => [...provider.keys, ...provider.ambient]).find((key) => key.id === id);

/** Put in what a command gave back, so that the page shows it before the next load. */
export function putProvider(provider: ProviderView): void {
  const at = catalogue.all.findIndex((one) => one.id === provider.id);
  if (at >= 0) catalogue.all[at] = provider;
  else catalogue.all.push(provider);
}

export function putKey(key: KeyView): void {
  const provider = providerOf(key.provider);
  if (!provider) return;
  const others = provider.keys.filter((one) => one.id !== key.id);
  provider.keys = [...others, key].sort((a, b) => a.name.localeCompare(b.name));
}

export function dropKey(id: string): void {
  for (const provider of catalogue.all) provider.keys = provider.keys.filter((key) => key.id !== id);
}
