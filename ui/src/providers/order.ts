import type { ProviderView } from '../ipc/types.ts';
import { attention } from './summary.ts';

const byName = (a: ProviderView, b: ProviderView) => a.name.localeCompare(b.name);

/** Those that need attention first, then by name. */
export function sorted(providers: ProviderView[]): ProviderView[] {
  return [...providers].sort((a, b) => Number(attention(b)) - Number(attention(a)) || byName(a, b));
}

/** Keeps the order a page was entered with: a card must not move under the pointer. Newcomers go to the end. */
export class Order {
  #rank = new Map<string, number>();

  of(providers: ProviderView[]): ProviderView[] {
    for (const provider of sorted(providers)) {
      if (!this.#rank.has(provider.id)) this.#rank.set(provider.id, this.#rank.size);
    }
    return [...providers].sort((a, b) => (this.#rank.get(a.id) ?? 0) - (this.#rank.get(b.id) ?? 0));
  }
}

/** By name, host and the other names people know it by. */
export function matches(provider: ProviderView, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  return [provider.name, provider.host, provider.id, ...provider.aliases].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}
