import { en } from './en.ts';
import type { Words } from './words.ts';

/** A second language is a file beside `en.ts` and a line here. */
const languages: Record<string, Words> = { en };

/** The first of the user's languages that there are words for. */
export const locale =
  navigator.languages.map((tag) => tag.split('-')[0] ?? 'en').find((tag) => tag in languages) ?? 'en';

export const words: Words = languages[locale] ?? en;
