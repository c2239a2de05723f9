import type { ProviderView } from '../ipc/types.ts';

/** The name an unnamed key will get: the first free of "Default", "Key 2", …. Shown in the empty field. */
export function firstFreeName(provider: ProviderView | null, first = 'Default'): string {
  const taken = new Set((provider?.keys ?? []).map((key) => key.name.toLowerCase()));
  if (!taken.has(first.toLowerCase())) return first;
  let n = 2;
  while (taken.has(`key ${n}`)) n += 1;
  return `Key ${n}`;
}
