import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { EventView } from '../ipc/types.ts';
import { catalogue } from '../state/catalogue.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { key, provider } from '../testing/samples.ts';
import ActivityPage from './ActivityPage.svelte';

const event = (id: number, part: Partial<EventView> = {}): EventView => ({
  id,
  at: Date.now() - id * 60_000,
  actor: 'app',
  kind: 'key_edited',
  provider: 'openai',
  provider_name: 'OpenAI',
  key_id: 'openai/Work',
  subject: 'Work',
  detail: {},
  changes: [],
  undoable: true,
  undone: false,
  undoes: null,
  ...part,
});

function open(events: EventView[], answers: Parameters<typeof rust>[0] = {}) {
  catalogue.all = [provider('openai', 'OpenAI', { keys: [key('openai', 'Work')] })];
  catalogue.phase = { is: 'ready' };
  const side = rust({
    list_activity: () => events,
    undo: () => events[0],
    list_providers: () => catalogue.all,
    ...answers,
  });
  render(ActivityPage);
  return { ...side, user: userEvent.setup() };
}

test('nothing has happened yet', async () => {
  open([]);
  expect(await screen.findByText('Nothing has happened yet.')).toBeVisible();
  await accessible();
});

test('events of a day stand together, with who did it and what was changed', async () => {
  open([
    event(1, { changes: [{ part: 'weight', from: '1.0', to: '3.0' }] }),
    event(2, { kind: 'key_removed', actor: 'command' }),
    event(3, { kind: 'key_tested', undoable: false, detail: { was: 'connected', outcome: 'invalid_key' } }),
    event(4, { at: Date.now() - 40 * 86_400_000, kind: 'task_assigned', subject: 'Code', provider_name: null }),
    event(5, { at: 0, kind: null, undoable: false }),
  ]);
  expect(await screen.findByRole('heading', { name: /^Today/ })).toBeVisible();
  expect(screen.getByText('Weight: 1 → 3')).toBeVisible();
  expect(screen.getByText('Its secret is gone. Restore brings back name and settings.')).toBeVisible();
  expect(screen.getByText('OpenAI / Work: Key rejected')).toBeVisible();
  expect(screen.getByText('Was Connected')).toBeVisible();
  expect(screen.getByText('Something a newer version did')).toBeVisible();
  expect(screen.getByText('Command line')).toBeVisible();
  expect(screen.getAllByRole('button', { name: /^Undo:/ })).toHaveLength(2);
  await accessible();
});

test('Ctrl+Z takes back the last change, and what cannot be taken back says why', async () => {
  const refuse = () => Promise.reject({ code: 'undo_conflict', message: '' } as unknown as Error);
  const { user, asked } = open([event(2, { undoable: false }), event(1)], { undo: refuse });
  await screen.findByRole('button', { name: /^Undo:/ });
  await user.keyboard('{Control>}z{/Control}');
  await waitFor(() => expect(asked('undo')).toEqual([{ id: 1 }]));
  expect(await screen.findByRole('alert')).toHaveTextContent('This was changed again since');
});

test('one provider’s events are asked for by name', async () => {
  const { user, asked } = open([event(1)]);
  await user.selectOptions(await screen.findByRole('combobox', { name: 'Provider' }), 'openai');
  await waitFor(() => expect(asked('list_activity').at(-1)).toMatchObject({ req: { provider: 'openai' } }));
});

test('older ones that do not come are told where they would be, and asked for again', async () => {
  let broken = true;
  const newest = Array.from({ length: 50 }, (_, n) => event(100 - n));
  const { user } = open(newest, {
    list_activity: ({ req }: { req: { before?: number } }) => {
      if (req.before === undefined) return newest;
      return broken ? Promise.reject({ code: 'store_busy', message: '' } as unknown as Error) : [event(1)];
    },
  } as never);
  const older = await screen.findByRole('button', { name: 'Older' });
  await user.click(older);
  expect(await screen.findByRole('alert')).toBeVisible();
  expect(screen.getAllByRole('listitem')).toHaveLength(50);
  broken = false;
  await user.click(older);
  await waitFor(() => expect(screen.getAllByRole('listitem')).toHaveLength(51));
  expect(screen.queryByRole('alert')).toBeNull();
});

test('settings are called as on their page, and so are their values', async () => {
  const setting = (id: number, subject: string, from: string | null, to: string) =>
    event(id, {
      kind: 'setting_changed',
      subject,
      provider: null,
      provider_name: null,
      changes: [{ part: 'value', from, to }],
    });
  open([
    setting(1, 'clipboard_s', '30', '10'),
    setting(2, 'retest_h', 'null', '24'),
    setting(3, 'expiry_reminders', 'true', 'false'),
    setting(4, 'reminder_days', '7', '30'),
    setting(5, 'scheme', null, '"dark"'),
    setting(6, 'a_newer_thing', '1', '2'),
  ]);
  expect(await screen.findByText('Setting changed: Clipboard time')).toBeVisible();
  for (const line of [
    '30 seconds → 10 seconds',
    'Setting changed: Test keys again',
    'Only when I ask → Every day',
    'on → off',
    '7 days → 30 days',
    'Setting changed: Colours',
    'as at first → Dark',
    'Setting changed: A newer thing',
  ]) {
    expect(screen.getByText(line)).toBeVisible();
  }
  expect(document.body.textContent).not.toMatch(/clipboard_s|retest_h|reminder_days|null|true/);
});

test('limits, and what is changed of keys and tasks, are told in the words of their pages', async () => {
  const list_workspaces = () => [
    { id: 'w1', name: 'Client', is_default: false, current: false, own_keys: 0, own_tasks: 0, version: 0 },
  ];
  open(
    [
      event(1, { kind: 'limit_edited', subject: 'max_age', changes: [{ part: 'effect', from: 'warn', to: 'refuse' }] }),
      event(2, {
        changes: [
          { part: 'tier', from: 'prioritized', to: 'fallback' },
          { part: 'workspace', from: null, to: 'w1' },
          { part: 'models', from: '"all"', to: '["gpt-*"]' },
          { part: 'blocked', from: '[]', to: '["a","b","c","d","e","f","g"]' },
          { part: 'expires_on', from: null, to: '2027-03-31' },
          { part: 'aliases', from: '{}', to: '{"gpt-5":"mine"}' },
        ],
      }),
      event(3, {
        kind: 'task_assigned',
        subject: 'Chat',
        changes: [{ part: 'targets', from: '[]', to: '[{"provider":"openai","model":"gpt-5"}]' }],
      }),
      event(4, { kind: 'limit_added', subject: 'allowed_providers' }),
    ],
    { list_workspaces },
  );
  expect(await screen.findByText('Limit changed: Maximum key age')).toBeVisible();
  expect(await screen.findByText('Workspace: All workspaces → Client')).toBeVisible();
  for (const line of [
    'Then: Warns → Refuses',
    'Tier: Prioritized → Fallback',
    'Models: all → gpt-*',
    'Blocked models: nothing → a, b, c, d, e and 2 more',
    'Last day: nothing → Mar 31, 2027',
    'Aliases: nothing → gpt-5 called mine',
    'Targets: nothing → OpenAI / gpt-5',
    'Limit added: Allowed providers',
  ]) {
    expect(screen.getByText(line)).toBeVisible();
  }
  await accessible();
});
