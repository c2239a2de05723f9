// Parameters of requests are one JSON object. Two of its members have fields of their own.

export type Named = 'temperature' | 'max_tokens';

/** The object; null: it is none, or no JSON. Nothing is an empty one. */
export function objectOf(text: string): Record<string, unknown> | null {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

/** The same object with this member, or without it; what is no object stays as it is typed. */
export function withMember(text: string, name: Named, value: number | null): string {
  const all = objectOf(text);
  if (!all) return text;
  if (value === null) delete all[name];
  else all[name] = value;
  return written(all);
}

/** As it is shown: a member a line. */
export const written = (all: Record<string, unknown>): string =>
  Object.keys(all).length === 0 ? '' : JSON.stringify(all, null, 2);

/** What its field shows. */
export function memberOf(text: string, name: Named): string {
  const value = objectOf(text)?.[name];
  return value === undefined
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value as string | number);
}

/** Whether a field's text is in its range; empty: it is left to the provider. */
export function fits(name: Named, text: string): boolean {
  if (text.trim() === '') return true;
  const n = Number(text);
  return name === 'temperature' ? n >= 0 && n <= 2 : Number.isInteger(n) && n >= 1;
}

/** Where Rust stopped reading. */
export function placeOf(message: string): { line: number; column: number } | null {
  const found = /line (\d+), column (\d+)/.exec(message);
  return found ? { line: Number(found[1]), column: Number(found[2]) } : null;
}

/** The same as a place in the text. */
export function offsetOf(text: string, { line, column }: { line: number; column: number }): number {
  const before = text.split('\n').slice(0, line - 1);
  return Math.min(text.length, before.reduce((sum, one) => sum + one.length + 1, 0) + Math.max(0, column - 1));
}
