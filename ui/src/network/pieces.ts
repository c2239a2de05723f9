/** Texts in one message, each after its length in four bytes, most significant first. Whoever calls wipes it. */
export function pieces(...texts: string[]): Uint8Array {
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  const message = new Uint8Array(encoded.reduce((sum, { length }) => sum + 4 + length, 0));
  let at = 0;
  for (const piece of encoded) {
    new DataView(message.buffer).setUint32(at, piece.length);
    message.set(piece, at + 4);
    at += 4 + piece.length;
    piece.fill(0);
  }
  return message;
}
