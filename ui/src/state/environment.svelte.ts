import * as ipc from '../ipc/ipc.ts';
import type { KeyName, KeyView, KnownVariable, ProviderView } from '../ipc/types.ts';

/** Variables whose values are saved keys' texts too, as far as the vault could be asked. */
export const known = $state<{ all: KnownVariable[] }>({ all: [] });

/** The saved key that holds the same text as one that was found in the environment. */
export const savedAs = (key: KeyView): KeyName | undefined =>
  key.ambient ? known.all.find((one) => one.variable === key.variable?.name)?.saved_as : undefined;

/** A provider's keys, and what the environment has beyond them. */
export function allKeys(provider: ProviderView): KeyView[] {
  const kept = (found: KeyView) => provider.keys.some((key) => key.id === savedAs(found)?.id);
  return [...provider.keys, ...provider.ambient.filter((found) => !kept(found))];
}

/** Asks anew which they are. Nothing is said about it when that fails: it only spares a question. */
export async function refreshKnown(all: ProviderView[]): Promise<void> {
  if (all.every((provider) => provider.ambient.length === 0)) return;
  try {
    known.all = await ipc.knownVariables();
  } catch {
    known.all = [];
  }
}
