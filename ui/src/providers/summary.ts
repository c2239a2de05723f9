import type { KeyView, ProviderView } from '../ipc/types.ts';
import { badgeOfKey, badgeOfReport, ending, lastTest, needsAttention, urgency, type Badge } from '../status/badge.ts';
import { nameOf } from '../status/names.ts';
import { endsIn, line } from '../status/sentences.ts';
import { ago } from '../text/format.ts';
import { allKeys } from '../state/environment.svelte.ts';
import { t } from '../text/t.ts';

/** What a card says about all of a provider's keys: the worst one speaks, with a count when they differ. */
export type Summary = { badge: Badge; line: string; at: number | null; latency: number | null };

export function summarise(provider: ProviderView, now: number): Summary {
  const keys = allKeys(provider).filter((key) => key.enabled);
  const worst = keys.reduce<KeyView | undefined>((a, b) => (a && rank(a) >= rank(b) ? a : b), undefined);
  if (!worst) return unused(provider);
  const report = lastTest(worst);
  return {
    badge: { ...badgeOfKey(worst), word: word(worst, keys) },
    line: told(worst, keys, lineOf(worst, !alike(worst, keys), provider, now), now),
    // A time beside "Not tested" would be another key's.
    at: report ? latest(keys) : null,
    latency: alike(worst, keys) ? (report?.latency_ms ?? null) : null,
  };
}

/** The more urgent speaks; of two that are alike, one whose account is known. */
const rank = (key: KeyView): number => urgency(key) + ((lastTest(key)?.account.length ?? 0) > 0 ? 0.5 : 0);

/** The key to enter again, where all that could be used are gone. */
export function lostKey(provider: ProviderView): KeyView | undefined {
  const keys = provider.keys.filter((key) => key.enabled);
  return keys.every((key) => key.state === 'missing') ? keys[0] : undefined;
}

export const attention = (provider: ProviderView): boolean => allKeys(provider).some(needsAttention);

function unused(provider: ProviderView): Summary {
  const off = provider.keys.length > 0;
  const badge: Badge = { tone: 'plain', sign: 'dash', word: off ? t('status.off') : t('card.noKey') };
  return { badge, line: off ? '' : t('card.addFirst'), at: null, latency: null };
}

/** The time above is the latest test's: what another key's account said before it is told with its own. */
function told(worst: KeyView, keys: KeyView[], said: string, now: number): string {
  const report = lastTest(worst);
  if (!report || report.account.length === 0 || report.at >= latest(keys) - 60_000) return said;
  return t('card.told', { line: said, time: ago(report.at, now) });
}

const like = (worst: KeyView, keys: KeyView[]) => keys.filter((key) => badgeOfKey(key).word === badgeOfKey(worst).word);
const alike = (worst: KeyView, keys: KeyView[]) => like(worst, keys).length === keys.length;

function word(worst: KeyView, keys: KeyView[]): string {
  const { word, some } = badgeOfKey(worst);
  return some && !alike(worst, keys) ? t(some, { count: like(worst, keys).length, total: keys.length }) : word;
}

function lineOf(worst: KeyView, differ: boolean, provider: ProviderView, now: number): string {
  if (worst.state === 'missing') {
    const gone = t(worst.vault === 'session' ? 'card.lost' : 'cause.line.secret_missing');
    return differ ? t('card.line', { key: worst.name, line: gone }) : gone;
  }
  if (worst.variable?.set === false) return t('card.unset', { variable: worst.variable.name });
  const report = lastTest(worst);
  const days = ending(worst);
  if (days !== null && badgeOfKey(worst).word !== (report && badgeOfReport(report).word)) {
    return t('card.line', { key: nameOf(worst), line: endsIn(days, worst.policy.expires_on ?? '') });
  }
  const nothing = !report || (report.outcome === 'connected' && report.account.length === 0);
  if (nothing && worst.variable) return t('card.environment');
  if (!report) return t('card.untested');
  const said = line(report, provider, now);
  return differ && needsAttention(worst) ? t('card.line', { key: nameOf(worst), line: said }) : said;
}

function latest(keys: KeyView[]): number {
  return Math.max(...keys.map((key) => lastTest(key)?.at ?? 0));
}
