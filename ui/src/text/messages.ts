import './en/errors.later.ts';
import { messages } from './en/messages.ts';
import { teller } from './t.ts';

/** The words of messages about keys. A second language is one more word here. */
export const m = teller({ en: messages });
