// What was changed in words: what the database calls its columns is nobody's business.
import type { Dialect, EventView, FieldChange } from '../ipc/types.ts';
import { providerOf } from '../state/catalogue.svelte.ts';
import { tasks } from '../tasks/state.svelte.ts';
import { changes as english } from '../text/en/changes.ts';
import { messages as messageWords } from '../text/en/messages.ts';
import { dateOf, decimal, span } from '../text/formats.ts';
import { m } from '../text/messages.ts';
import { r } from '../text/routing.ts';
import { t, teller } from '../text/t.ts';
import { workspaces } from '../workspaces/state.svelte.ts';

const c = teller({ en: english });
/** More of them in one line nobody reads. */
const MOST = 5;
const LONG = 160;

/** The line of one change; null: its event says it already. */
export function changeOf(event: EventView, change: FieldChange): string | null {
  if (event.kind === 'maintenance_begun' || event.kind === 'maintenance_ended') return null;
  if (event.kind === 'setting_changed') {
    const told = (value: string | null) => (value === null ? c('usual') : settingValue(event.subject, value));
    return c('values', { from: told(change.from), to: told(change.to) });
  }
  const part = english.part[change.part] ?? spelled(change.part);
  return c('changed', {
    part,
    from: valueOf(event, change.part, change.from),
    to: valueOf(event, change.part, change.to),
  });
}

/** What an event is about, by its name on its page. */
export function subjectOf(event: EventView): string {
  const { kind, subject } = event;
  if (kind === 'setting_changed') return settingName(subject);
  if (kind === 'limit_added' || kind === 'limit_edited' || kind === 'limit_removed') return limitKind(subject);
  if (kind === 'keys_edited') return listed(subject.split(', '));
  return subject || r('activity.allProviders');
}

function settingName(name: string): string {
  switch (name) {
    case 'scheme':
      return t('settings.scheme');
    case 'density':
      return r('settings.density');
    case 'language':
      return r('settings.language');
    case 'clipboard_s':
      return t('settings.clipboard');
    case 'retest_h':
      return t('retest.title');
    case 'tests_at_once':
      return r('settings.atOnce');
    case 'start_at_login':
      return r('settings.login');
    case 'tray':
      return r('settings.tray');
    case 'notifications':
      return m('desktop.on');
    case 'maintenance':
      return r('settings.maintenance');
    case 'discover_models':
      return r('settings.discover');
    case 'expiry_reminders':
      return r('settings.reminders');
    case 'reminder_days':
      return r('settings.reminderDays');
    default:
      return spelled(name);
  }
}

function settingValue(name: string, text: string): string {
  const value = parsed(text);
  if (typeof value === 'boolean') return c(value ? 'on' : 'off');
  if (name === 'retest_h') {
    const hours = Number(value);
    if (value === null) return t('retest.off');
    return hours === 6 || hours === 24 || hours === 168 ? t(`retest.every${hours}`) : span(hours, 'hour');
  }
  if (typeof value === 'number') {
    if (name.endsWith('_s')) return span(value, 'second');
    if (name.endsWith('_days')) return span(value, 'day');
    return decimal(value);
  }
  if (name === 'scheme' && (value === 'system' || value === 'light' || value === 'dark')) return t(`settings.${value}`);
  if (name === 'density' && (value === 'comfortable' || value === 'compact')) return r(`settings.${value}`);
  if (name === 'language' && value === 'en') return r('settings.english');
  return listed(value);
}

function valueOf(event: EventView, part: string, text: string | null): string {
  switch (part) {
    case 'enabled':
    case 'batch':
    case 'required':
    case 'byok_only':
    case 'is_default':
      return c(text === '1' ? 'yes' : 'no');
    case 'zdr':
      return text === null ? c('unsaid') : c(text === '1' ? 'yes' : 'no');
    case 'workspace':
      return text === null ? r('workspace.all') : (workspaces.all.find((one) => one.id === text)?.name ?? text);
  }
  if (text === null || text === '') return c('nothing');
  switch (part) {
    case 'events':
      return listed(messageCauses(parsed(text)));
    case 'weight':
    case 'amount':
      return Number.isFinite(Number(text)) ? decimal(Number(text)) : text;
    case 'tier':
      return text === 'fallback' ? r('use.fallback') : r('use.prioritized');
    case 'effect':
      return text === 'warn' ? r('limit.warns') : r('limit.refuses');
    case 'kind':
      return limitKind(text);
    case 'expires_on':
      return dateOf(text);
    case 'timeout_s':
      return span(Number(text), 'second');
    case 'provider':
      return providerOf(text)?.name ?? text;
    case 'same_as':
      return tasks.all?.find((one) => one.slug === text)?.name ?? text;
    case 'dialect':
      return text === 'other' ? text : t(`dialect.${text as Exclude<Dialect, 'other'>}`);
    case 'source':
      return english.source[text] ?? text;
    case 'proxy':
      return english.proxy[text] ?? text;
    case 'callers':
      return counted(parsed(text));
    case 'models':
      if (text === '"all"') return c('all');
      return text === '"none"' ? c('none') : listed(parsed(text));
    case 'aliases':
      return listed(
        Object.entries(asObject(text)).map(([model, called]) => c('alias', { model, called: String(called) })),
      );
    case 'headers':
      // Their values may be nobody else's business.
      return listed(Object.keys(asObject(text)));
    case 'patterns':
      return listed(
        event.subject === 'allowed_providers'
          ? asList(text).map((id) => providerOf(String(id))?.name ?? id)
          : parsed(text),
      );
    default:
      return /^["[{]/.test(text) ? listed(parsed(text)) : text;
  }
}

const limitKinds = [
  'max_age',
  'tested_within',
  'denied_models',
  'allowed_providers',
  'min_credit',
  'spend_ceiling',
] as const;
function limitKind(name: string): string {
  const kind = limitKinds.find((one) => one === name);
  return kind ? r(`limit.kinds.${kind}`) : spelled(name);
}

function messageCauses(names: unknown): string[] {
  const words: Record<string, string> = messageWords.told.event;
  return asList(names).map((name) => words[String(name)] ?? spelled(String(name)));
}

/** A newer version's, as it may be read. */
const spelled = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replace(/_/g, ' ');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
const asList = (value: unknown): unknown[] => [typeof value === 'string' ? parsed(value) : value].flat();
function asObject(text: string): object {
  const value = parsed(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
const counted = (value: unknown) =>
  Array.isArray(value) && value.length > 0 ? c('programs', { count: value.length }) : c('nothing');

/** Lists and maps as people would write them, and nothing for nothing. */
function listed(value: unknown): string {
  if (value === null) return c('nothing');
  if (typeof value !== 'object') return String(value);
  const all = Array.isArray(value)
    ? value.map(oneOf)
    : Object.entries(value).map(([name, one]) => c('setTo', { name, value: oneOf(one) }));
  if (all.length === 0) return c('nothing');
  let most = 1;
  while (most < Math.min(MOST, all.length) && all.slice(0, most + 1).join(', ').length <= LONG) most += 1;
  const list = all.slice(0, most).join(', ');
  return all.length > most ? c('more', { list, count: all.length - most }) : list;
}

function oneOf(one: unknown): string {
  if (typeof one !== 'object' || one === null) return String(one);
  const { provider, model } = one as { provider?: string; model?: string };
  if (!provider) return JSON.stringify(one);
  return c('target', { provider: providerOf(provider)?.name ?? provider, model: model ?? '' });
}
