import { t } from '../text/t.ts';

/** As the Rust side has it. */
export const SHORTEST = 12;
const LONG = 20;

/** Characters, as people count them. */
export const length = (field: HTMLInputElement | undefined): number => [...(field?.value ?? '')].length;

/** What its length says; its quality nobody can measure. */
export function adviceOn(length: number): string {
  if (length === 0) return t('file.start');
  if (length < SHORTEST) return t('file.more', { count: SHORTEST - length });
  return length < LONG ? t('file.enough') : t('file.good');
}

/** What stands in a field, as the bytes that leave the page. Whoever calls wipes them. */
export const bytesOf = (field: HTMLInputElement | undefined): Uint8Array =>
  new TextEncoder().encode(field?.value ?? '');

/** Two passphrases in one message: the first one's length in four bytes, most significant first, then both. */
export function both(first: Uint8Array, second: Uint8Array): Uint8Array {
  const message = new Uint8Array(4 + first.length + second.length);
  new DataView(message.buffer).setUint32(0, first.length);
  message.set(first, 4);
  message.set(second, 4 + first.length);
  return message;
}

/** Sends bytes and wipes them, however it ends. */
export async function once<T>(bytes: Uint8Array, send: (bytes: Uint8Array) => Promise<T>): Promise<T> {
  try {
    return await send(bytes);
  } finally {
    bytes.fill(0);
  }
}
