import { locale, words } from './index.ts';
import type { Key, Params, ParamsOf, Path, Plural } from './words.ts';

const plurals = new Intl.PluralRules(locale);

type Values<K extends Key> = [Params<K>] extends [never] ? [] : [values: Record<Params<K>, string | number>];

/** The words at `key`, with the values put in. A plural chooses its form by `count`. */
export function t<K extends Key>(key: K, ...[values]: Values<K>): string {
  return say(words, key, values);
}

type ValuesOf<T, K> = [ParamsOf<T, K>] extends [never] ? [] : [values: Record<ParamsOf<T, K>, string | number>];

/** The same for a part of the window that is loaded later, and brings its words in each language with it. */
export function teller<T>(languages: Record<string, T> & { en: T }) {
  const own = languages[locale] ?? languages.en;
  return <K extends Path<T>>(key: K, ...[values]: ValuesOf<T, K>): string => say(own, key, values);
}

function say(tree: unknown, key: string, values: Record<string, string | number> = {}): string {
  const found = key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], tree);
  const sentence = typeof found === 'string' ? found : form(found as Plural, Number(values.count));
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

function form(plural: Plural, count: number): string {
  return plural[plurals.select(count)] ?? plural.other;
}
