import './en/errors.later.ts';
import { routing, routingParts } from './en/routing.ts';
import { teller } from './t.ts';

/** The words of the parts that say which key does what. A second language is one more word here. */
export const r = teller({ en: routing });
export const parts: Record<string, string> = routingParts;
