import type { IconName } from '../controls/icons.ts';
import type { EventView, Outcome } from '../ipc/types.ts';
import { locale } from '../text/index.ts';
import { r } from '../text/routing.ts';
import { t } from '../text/t.ts';
import { changeOf, subjectOf } from './changes.ts';

const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' });

export const clockOf = (at: number): string => time.format(at);

/** "Today", "Yesterday" or the date, and which day it is. */
export function dayHead(at: number): { day: string; word: string; date: string } {
  const day = new Date(at).toDateString();
  const now = new Date();
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (day === now.toDateString()) return { day, word: r('activity.today'), date: date.format(at) };
  if (day === yesterday.toDateString()) return { day, word: r('activity.yesterday'), date: date.format(at) };
  return { day, word: date.format(at), date: '' };
}

export function whatOf(event: EventView): string {
  if (!event.kind) return r('activity.unknown');
  const outcome = event.detail.outcome as Outcome | undefined;
  const values: Record<string, string> = {
    subject: subjectOf(event),
    provider: event.provider_name ?? '',
    count: event.detail.count ?? '',
    outcome: outcome ? t(`outcome.${outcome}`) : '',
  };
  const what = (r as (key: string, values: Record<string, string>) => string)(`activity.kind.${event.kind}`, values);
  return event.undoes === null ? what : r('activity.undid', { what });
}

/** What follows in smaller letters. */
export function linesOf(event: EventView): string[] {
  const lines: string[] = [];
  if (event.kind === 'key_removed' && event.undoes === null) lines.push(r('activity.secretGone'));
  const was = event.detail.was as Outcome | undefined;
  if (was) lines.push(r('activity.was', { outcome: t(`outcome.${was}`) }));
  const told = event.changes.map((change) => changeOf(event, change)).filter((line) => line !== null);
  return [...new Set([...lines, ...told])].slice(0, 6);
}

/** What the button says; none: nothing can be taken back. */
export function actionOf(event: EventView): string | null {
  if (!event.undoable) return null;
  if (event.undoes !== null) return r('activity.redo');
  return event.kind === 'key_removed' ? r('activity.restore') : r('activity.undo');
}

export function iconOf({ kind }: EventView): IconName {
  switch (kind?.split('_')[0]) {
    case 'key':
    case 'keys':
      if (kind === 'key_added') return 'check';
      if (kind === 'key_removed') return 'close';
      if (kind === 'key_copied') return 'copy';
      if (kind === 'key_shown') return 'eye';
      if (kind === 'key_replaced') return 'refresh';
      if (kind === 'key_tested') return 'alert';
      return 'key';
    case 'consent':
      return 'lock';
    case 'limit':
    case 'maintenance':
      return 'shield';
    case 'task':
    case 'tasks':
      return 'route';
    default:
      return 'sliders';
  }
}
