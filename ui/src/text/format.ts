import { locale } from './index.ts';
import { t } from './t.ts';

const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always', style: 'short' });
const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 });

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "5 min ago"; less than a minute is "just now". */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, (now - at) / 1000);
  const step = steps.find(([, length]) => seconds >= length);
  // Abbreviations without their full stop: these stand in the middle of a line.
  return step ? relative.format(-Math.floor(seconds / step[1]), step[0]).replace('.', '') : t('time.now');
}

/** "388 ms", "5.0 s". */
export function took(ms: number): string {
  return ms < 1000 ? t('time.ms', { n: whole.format(ms) }) : t('time.s', { n: tenths.format(ms / 1000) });
}

/** "38 s", "4 min", "2 h": how long to wait. */
export function wait(seconds: number): string {
  if (seconds < 90) return t('time.s', { n: Math.ceil(seconds) });
  if (seconds < 5400) return t('time.min', { n: Math.ceil(seconds / 60) });
  return t('time.h', { n: Math.ceil(seconds / 3600) });
}

/** "$4.20"; a currency nobody knows stands as it came. */
export function money(amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount);
  } catch {
    return `${tenths.format(amount)} ${currency}`;
  }
}

const prices = new Map<string, Intl.NumberFormat>();

/** "$0.075": what tokens cost, down to the fourth decimal. */
export function price(amount: number, currency: string): string {
  try {
    const options = { style: 'currency', currency, minimumFractionDigits: 2, maximumFractionDigits: 4 } as const;
    const format = prices.get(currency) ?? new Intl.NumberFormat(locale, options);
    prices.set(currency, format);
    return format.format(amount);
  } catch {
    return `${amount} ${currency}`;
  }
}

/** "131K", "1.05M". */
export function short(n: number): string {
  return compact.format(n);
}

/** "1 Dec". */
export function dayOf(at: number): string {
  return day.format(at);
}

/** "$0.00001", for what costs next to nothing: rounded up, never to nothing. */
export function smallMoney(usd: number): string {
  const digits = usd > 0 ? Math.min(12, Math.max(2, Math.ceil(-Math.log10(usd)))) : 2;
  const up = Math.max(0, Math.ceil(usd * 10 ** digits - 1e-9)) / 10 ** digits;
  return new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', maximumFractionDigits: digits }).format(
    up,
  );
}

/** "1 Dec" when it is a date, else as it was told. */
export function date(told: string): string {
  const parsed = /^\d{4}-\d\d-\d\d/.test(told) ? new Date(told) : null;
  return parsed && !Number.isNaN(parsed.getTime()) ? day.format(parsed) : told;
}

/** "21 Nov 2026, 14:02", for tooltips. */
export function when(at: number): string {
  return moment.format(at);
}

export function count(n: number): string {
  return whole.format(n);
}
