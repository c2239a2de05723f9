import { locale } from './index.ts';

// Formats of the pages that are loaded later.

/** "30 seconds". */
export function span(n: number, unit: 'second' | 'hour' | 'day'): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(n);
}

/** "0.5", "1,000". */
export function decimal(n: number): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 6 }).format(n);
}

/** "Mar 31, 2027", of YYYY-MM-DD: a day is the same everywhere. */
export function dateOf(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return day;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(at);
}
