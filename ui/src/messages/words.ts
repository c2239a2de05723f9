import type { MessageTry, MessengerView } from '../ipc/types.ts';
import { locale } from '../text/index.ts';
import { m } from '../text/messages.ts';
import { t } from '../text/t.ts';

const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** How a try ended, and why. */
export function tryWords({ outcome, cause, detail, retry_after_s }: MessageTry): string {
  const parts = [m(`outcome.${outcome}`)];
  if (cause) parts.push(t(`cause.line.${cause}`, { variable: '' }));
  else if (detail) parts.push(m('bot.said', { text: detail }));
  if (retry_after_s !== null) parts.push(m('bot.wait', { seconds: retry_after_s }));
  return parts.join(' ');
}

/** What waits, and for what; nothing: undefined. */
export function waitWords({ waiting, waits_for: why }: MessengerView): string | undefined {
  if (waiting === 0) return undefined;
  const what = m('bot.waiting', { count: waiting });
  if (!why) return `${what}.`;
  if (why.kind === 'quiet') return m('waits.quiet', { what, time: clock.format(why.until) });
  if (why.kind === 'retry') return m('waits.retry', { what, time: clock.format(why.at) });
  return m(`waits.${why.kind}`, { what });
}
