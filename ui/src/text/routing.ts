import './en/errors.later.ts';
import { routing } from './en/routing.ts';
import { teller } from './t.ts';

/** The words of the parts that say which key does what. A second language is one more word here. */
export const r = teller({ en: routing });
