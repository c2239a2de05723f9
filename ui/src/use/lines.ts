import type { Fault } from '../ipc/errors.ts';
import type { KeyView, Policy, ProviderView, Tier } from '../ipc/types.ts';
import { daysTo, endsIn } from '../status/sentences.ts';
import { dateOf } from '../text/formats.ts';

export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** Rows that say something. One that is left half empty is refused by Rust. */
export const pairsOf = (rows: { name: string; text: string }[]): Record<string, string> =>
  Object.fromEntries(
    rows.map(({ name, text }) => [name.trim(), text.trim()] as const).filter(([name, text]) => name || text),
  );

/** A name that stands in two rows, whatever the case, as Rust refuses it: of the two it would get only one. */
export function twiceIn(rows: { name: string }[]): Fault | null {
  const seen = new Set<string>();
  for (const name of rows.map((row) => row.name.trim()).filter(Boolean)) {
    if (seen.has(name.toLowerCase())) {
      return { code: 'model_twice', message: `'${name}' is there twice`, field: 'aliases' };
    }
    seen.add(name.toLowerCase());
  }
  return null;
}

/** What differs from what a key has. The rest would be checked anew, and a last day that is over would be refused. */
export const changedFrom = <T extends Partial<Policy>>(was: Policy, now: T): Partial<T> =>
  Object.fromEntries(
    Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(was[name as keyof Policy])),
  ) as Partial<T>;

/** The part of all sessions each key gets first, as the weights say: what keeps a key from being used is not looked at. */
export function sharesOf(provider: ProviderView): Map<string, number> {
  const on = [...provider.keys, ...provider.ambient].filter((key) => key.enabled && key.policy.weight > 0);
  const tier: Tier = on.some((key) => key.policy.tier === 'prioritized') ? 'prioritized' : 'fallback';
  const first = on.filter((key) => key.policy.tier === tier);
  const all = first.reduce((sum, key) => sum + key.policy.weight, 0);
  return new Map(first.map((key) => [key.id, key.policy.weight / all]));
}

/** Where each key's share begins and how wide it is, in the order the keys are shown in: of one whole. */
export function placesOf(provider: ProviderView): Map<string, { from: number; share: number }> {
  const shares = sharesOf(provider);
  let from = 0;
  return new Map(
    [...inOrder(provider.keys), ...provider.ambient].flatMap((key) => {
      const share = shares.get(key.id);
      if (share === undefined) return [];
      const place = { from, share };
      from += share;
      return [[key.id, place]];
    }),
  );
}

/** As they are tried: by tier, then by the user's order, then by name. */
export function inOrder(keys: KeyView[]): KeyView[] {
  const rank = (key: KeyView) => (key.policy.tier === 'prioritized' ? 0 : 1);
  return [...keys].sort(
    (a, b) => rank(a) - rank(b) || a.policy.position - b.policy.position || a.name.localeCompare(b.name, undefined),
  );
}

/** "expires in 41 days", from two months before; what is `soon` is so many days away. */
export function expiryOf(key: KeyView, now: number, soon: number): { words: string; soon: boolean } | null {
  const on = key.policy.expires_on;
  const days = on ? daysTo(on, now) : null;
  return on && days !== null && days <= 60 ? { words: endsIn(days, dateOf(on)), soon: days <= soon } : null;
}
