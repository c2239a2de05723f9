import type { KeyView, Outcome, TestReport } from '../ipc/types.ts';
import { clock } from '../state/clock.svelte.ts';
import { settings } from '../state/settings.svelte.ts';
import { isOpen } from '../state/vault.svelte.ts';
import { t } from '../text/t.ts';
import { daysTo, expiresSoon } from './sentences.ts';

export type Tone = 'ok' | 'info' | 'plain' | 'warning' | 'danger';
export type Sign = 'check' | 'cross' | 'alert' | 'triangle' | 'dashed' | 'ring' | 'dash' | 'spinner';

/** What a status shows: colour, sign and word. Colour is the third signal, never the only one. */
export type Badge = { tone: Tone; sign: Sign; word: string; some?: Some };

/** The words where only some of a provider's keys are like this. */
type Some = `outcomeOf.${Outcome}` | `status.${'missing' | 'unset' | 'untested' | 'soon'}Of`;

const looks = {
  connected: ['ok', 'check'],
  reachable_unverified: ['info', 'dashed'],
  invalid_key: ['danger', 'cross'],
  expired: ['danger', 'cross'],
  disabled: ['danger', 'cross'],
  no_credit: ['warning', 'alert'],
  rate_limited: ['warning', 'alert'],
  restricted: ['warning', 'alert'],
  model_unavailable: ['warning', 'alert'],
  region_blocked: ['warning', 'alert'],
  wrong_base_url: ['warning', 'triangle'],
  unreachable: ['warning', 'triangle'],
  provider_down: ['warning', 'triangle'],
  vault_unavailable: ['warning', 'triangle'],
  not_configured: ['plain', 'dash'],
} as const satisfies Record<Outcome, readonly [Tone, Sign]>;

export const badgeOfReport = ({ outcome }: TestReport): Badge => badgeOf(outcome);

function badgeOf(outcome: Outcome): Badge {
  const [tone, sign] = looks[outcome];
  return { tone, sign, word: t(`outcome.${outcome}`), some: `outcomeOf.${outcome}` };
}

/** What the last test found. That the keychain was shut says nothing about a key once it is open. */
export function lastTest(key: KeyView): TestReport | null {
  const report = key.last_test;
  const shut =
    report?.outcome === 'vault_unavailable' && report.cause !== 'secret_missing' && report.cause !== 'secret_damaged';
  return shut && isOpen(key) ? null : report;
}

export function badgeOfKey(key: KeyView): Badge {
  if (key.state === 'removing') return { tone: 'plain', sign: 'dash', word: t('status.removing') };
  if (key.state === 'missing')
    return { tone: 'warning', sign: 'triangle', word: t('status.missing'), some: 'status.missingOf' };
  if (!key.enabled) return { tone: 'plain', sign: 'dash', word: t('status.off') };
  if (key.variable?.set === false)
    return { tone: 'plain', sign: 'dash', word: t('status.unset'), some: 'status.unsetOf' };
  const report = lastTest(key);
  if (report?.outcome === 'vault_unavailable' && key.vault === 'file') {
    return { ...badgeOfReport(report), word: t('status.fileShut') };
  }
  const badge: Badge = report
    ? badgeOfReport(report)
    : { tone: 'plain', sign: 'ring', word: t('status.untested'), some: 'status.untestedOf' };
  const end = ending(key);
  if (weights[badge.tone] >= weights.warning) return badge;
  if (end !== null && end < 0) return badgeOf('expired');
  const soon = end !== null || (report?.outcome === 'connected' && expiresSoon(report));
  return soon ? { tone: 'warning', sign: 'alert', word: t('status.expiresSoon'), some: 'status.soonOf' } : badge;
}

/** Days to the last day the user gave a key, once it is time to be reminded; less than none: it is over. */
export function ending({ policy: { expires_on } }: KeyView): number | null {
  if (!expires_on) return null;
  const days = daysTo(expires_on, clock.now);
  const { expiry_reminders, reminder_days } = settings.now;
  return days < 0 || (expiry_reminders && days <= reminder_days) ? days : null;
}

export const testing = (): Badge => ({ tone: 'info', sign: 'spinner', word: t('status.testing') });

const weights: Record<Tone, number> = { danger: 4, warning: 3, info: 2, plain: 1, ok: 0 };

/** How loudly a key asks to be looked at. A key that is off asks for nothing. */
export function urgency(key: KeyView): number {
  return key.enabled ? weights[badgeOfKey(key).tone] : -1;
}

export const needsAttention = (key: KeyView): boolean => urgency(key) >= weights.warning;
