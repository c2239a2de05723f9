import { clock } from '../state/clock.svelte.ts';
import type { AccountFact, ProviderView, TestReport } from '../ipc/types.ts';
import { count, date, money, wait } from '../text/format.ts';
import { t } from '../text/t.ts';

type Of = Pick<ProviderView, 'name' | 'host'>;

/** The host a report is about; the provider may have moved since. */
function hostOf(report: TestReport, provider: Of): string {
  try {
    return new URL(report.url).host;
  } catch {
    return provider.host;
  }
}

export function whatHappened(report: TestReport, provider: Of): string {
  const values = { provider: provider.name, host: hostOf(report, provider), variable: report.detail ?? '' };
  return report.cause ? t(`cause.what.${report.cause}`, values) : t(`what.${report.outcome}`, values);
}

export function whatToDo(report: TestReport): string {
  return report.cause ? t(`cause.todo.${report.cause}`) : t(`todo.${report.outcome}`);
}

/** One line for a card: what matters about this report, and nothing that is obvious. */
export function line(report: TestReport, provider: ProviderView, now: number): string {
  if (report.outcome === 'connected') return facts(report, provider);
  if (report.outcome === 'rate_limited' && report.retry_after_s !== null) {
    const left = report.retry_after_s - (now - report.at) / 1000;
    return left > 0 ? t('card.freeAgain', { time: wait(left) }) : t('card.freeNow');
  }
  if (report.outcome === 'no_credit') {
    const left = amountLeft(report);
    return left ? t('card.leftGood', { amount: left }) : t('card.good');
  }
  if (report.cause) return t(`cause.line.${report.cause}`, { variable: report.detail ?? '' });
  return t(`what.${report.outcome}`, { provider: provider.name, host: hostOf(report, provider) });
}

function amountLeft(report: TestReport): string | null {
  const credit = report.account.find((fact) => fact.kind === 'credit');
  return credit ? money(credit.remaining, credit.currency) : null;
}

function facts(report: TestReport, provider: ProviderView): string {
  if (report.account.length > 0) return accountWords(report);
  return provider.local ? t('card.answers') : t('card.accepted');
}

/** "$4.20 left of $10.00 · resets 1 Dec": the first two things it told. A near end comes before everything. */
export function accountWords(report: TestReport, most = 2): string {
  const soon = expiresSoon(report);
  const ends = (fact: AccountFact) => Number(soon && fact.kind === 'expires');
  return [...report.account]
    .sort((a, b) => ends(b) - ends(a))
    .slice(0, most)
    .map(factWords)
    .reduce((a, b) => t('card.join', { a, b }));
}

const DAY = 86_400_000;
/** A week: long enough to make another key without haste. */
const SOON = 7 * DAY;

/** How long a key has still to go, in milliseconds; null where nobody said that it ends. */
function left(fact: AccountFact): number | null {
  if (fact.kind !== 'expires' || !/^\d{4}-\d\d-\d\d/.test(fact.at)) return null;
  const end = new Date(fact.at).getTime();
  return Number.isNaN(end) ? null : end - clock.now;
}

/** Whether a key that works ends within a week. */
export function expiresSoon(report: TestReport): boolean {
  return report.key_proven && report.account.some((fact) => (left(fact) ?? Infinity) < SOON);
}

function endWords(fact: AccountFact & { kind: 'expires' }): string {
  const time = left(fact);
  return time === null || time >= SOON
    ? t('card.expires', { date: date(fact.at) })
    : endsIn(Math.floor(time / DAY), fact.at);
}

/** "expires in 3 days": how a key's end is told when it is near, or over. */
export function endsIn(days: number, on: string): string {
  if (days < 0) return t('card.expired', { date: date(on) });
  return days === 0 ? t('card.expiresToday') : t('card.expiresIn', { count: days });
}

/** A day without a time counts whole: on the last day there are none left. */
export const daysTo = (on: string, now: number): number => Math.ceil((Date.parse(on) - now) / DAY);

function factWords(fact: AccountFact): string {
  switch (fact.kind) {
    case 'spent':
      return t('card.spent', { amount: money(fact.amount, fact.currency) });
    case 'credit':
      return fact.limit === null
        ? t('card.left', { amount: money(fact.remaining, fact.currency) })
        : t('card.leftOf', { amount: money(fact.remaining, fact.currency), limit: money(fact.limit, fact.currency) });
    case 'resets':
      return t('card.resets', { date: date(fact.every) });
    case 'expires':
      return endWords(fact);
    case 'models':
      return fact.count === 1 ? t('card.models', { count: 1 }) : t('card.models', { count: count(fact.count) });
    case 'version':
      return t('card.version', { version: fact.version });
    case 'quota': {
      const values = { count: count(fact.remaining), of: t(`card.counted.${fact.of}`) };
      return fact.limit === null ? t('card.quota', values) : t('card.quotaOf', { ...values, limit: count(fact.limit) });
    }
    case 'plan':
      return t('card.plan', { name: fact.name });
    case 'free_tier':
      return t('card.freeTier');
  }
}
