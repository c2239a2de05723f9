import { locale, words } from './index.ts';
import type { Key, Params, Plural } from './words.ts';

const plurals = new Intl.PluralRules(locale);

type Values<K extends Key> = [Params<K>] extends [never] ? [] : [values: Record<Params<K>, string | number>];

/** The words at `key`, with the values put in. A plural chooses its form by `count`. */
export function t<K extends Key>(key: K, ...[values]: Values<K>): string {
  const given = (values ?? {}) as Record<string, string | number>;
  const found = key.split('.').reduce<unknown>((tree, part) => (tree as Record<string, unknown>)[part], words);
  const sentence = typeof found === 'string' ? found : form(found as Plural, Number(given.count));
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(given[name] ?? ''));
}

function form(plural: Plural, count: number): string {
  return plural[plurals.select(count)] ?? plural.other;
}
