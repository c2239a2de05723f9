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
  expect(screen.getByText('Weight: 1.0 → 3.0')).toBeVisible();
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
