import type { en } from './en.ts';

/** A sentence in each of a language's plural forms; the number is `{count}`. */
export type Plural = { readonly [form in Exclude<Intl.LDMLPluralRule, 'other'>]?: string } & { readonly other: string };

type Tree = typeof en;

/** The shape every language has: the same keys, its own words. */
export type Words = Widened<Tree>;
type Widened<T> = T extends string ? string : T extends Plural ? Plural : { readonly [K in keyof T]: Widened<T[K]> };

/** `'key.rename'`: the path of every sentence. */
export type Key = Path<Tree>;
export type Path<T> = {
  [K in keyof T & string]: T[K] extends string | Plural ? K : `${K}.${Path<T[K]>}`;
}[keyof T & string];

type At<T, P> = P extends `${infer Head}.${infer Rest}`
  ? Head extends keyof T
    ? At<T[Head], Rest>
    : never
  : P extends keyof T
    ? T[P]
    : never;

type Slots<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Slots<Rest> : never;
type Text<T> = T extends string ? T : T[keyof T];

/** The names that stand in braces in a sentence. */
export type Params<K extends Key> = ParamsOf<Tree, K>;
export type ParamsOf<T, K> = Slots<Text<At<T, K>>>;
