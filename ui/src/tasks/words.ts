import type { Breach, Broken, ConsideredKey, Resolution } from '../ipc/types.ts';
import { clock } from '../state/clock.svelte.ts';
import { ago, money } from '../text/format.ts';
import { dateOf } from '../text/formats.ts';
import { r } from '../text/routing.ts';
import { t } from '../text/t.ts';

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** One line: what is used now. */
export function nowOf(found: Resolution): string {
  if (found.broken) return brokenWords(found.broken);
  const { used } = found;
  if (!used) return r('tasks.nowNothing');
  if (!used.name) return r('tasks.nowNoKey', { provider: used.provider_name });
  return r('tasks.now', { provider: used.provider_name, key: used.name.name });
}

export function brokenWords(broken: Broken): string {
  if (broken.kind === 'unassigned') return r('tasks.unassigned');
  if (broken.kind === 'no_such_task') return r('tasks.noSuchTask', { task: broken.task });
  return r('tasks.cycle', { task: broken.task });
}

/** Why a key is used, comes later, or is skipped. `reached`: its target is the one that is used, or one before it. */
export function whyOf(key: ConsideredKey, reached: boolean): string {
  const share = percent(key.share);
  const { place } = key;
  switch (place.kind) {
    case 'used': {
      const tier = r(`run.${key.tier}`);
      const weight = key.weight > 0 ? r('run.weight', { weight: key.weight }) : r('run.standby');
      return r('run.because', { tier, weight, share });
    }
    case 'next':
      if (!reached) return r('run.unreached');
      if (key.share > 0) return r('run.next', { share });
      return place.after === 1 ? r('run.after1') : r('run.after', { after: place.after });
    case 'variable_unset':
      return r('run.variable_unset', { variable: place.variable });
    case 'model_blocked':
      return r('run.model_blocked', { pattern: place.pattern });
    case 'dead':
      return r('run.dead', { outcome: t(`outcome.${place.outcome}`), time: ago(place.at, clock.now) });
    case 'expired':
      return r('run.expired', { on: dateOf(place.on) });
    case 'limited':
      return breachWords(place.breach);
    default:
      return r(`run.${place.kind}`);
  }
}

/** Why a limit is not kept. */
export function breachWords(breach: Breach): string {
  switch (breach.kind) {
    case 'too_old':
      return r('breach.too_old', { days: breach.days, limit: breach.limit });
    case 'not_tested':
      return breach.days === null
        ? r('breach.never_tested')
        : r('breach.not_tested', { days: breach.days, limit: breach.limit });
    case 'denied_model':
      return r('breach.denied_model', { pattern: breach.pattern });
    case 'provider_not_allowed':
      return r('breach.provider_not_allowed');
    case 'low_credit': {
      const { currency } = breach;
      return r('breach.low_credit', { left: money(breach.left, currency), limit: money(breach.limit, currency) });
    }
    case 'over_spent': {
      const { currency } = breach;
      return r('breach.over_spent', { spent: money(breach.spent, currency), limit: money(breach.limit, currency) });
    }
  }
}
