import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import Overlays from '../frame/Overlays.svelte';
import type { AssignmentView, Resolution, TaskView, WorkspaceView } from '../ipc/types.ts';
import { catalogue } from '../state/catalogue.svelte.ts';
import { overlay } from '../state/overlay.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { key, provider } from '../testing/samples.ts';
import TasksPage from './TasksPage.svelte';
import { tasks } from './state.svelte.ts';

const workspace = (name: string, part: Partial<WorkspaceView> = {}): WorkspaceView => ({
  id: name.toLowerCase(),
  name,
  is_default: name === 'Default',
  current: name === 'Default',
  own_keys: 0,
  own_tasks: 0,
  version: 0,
  ...part,
});

const empty: Resolution = {
  schema: 'keystead.resolve/1',
  task: 'chat',
  targets_of: null,
  workspace: 'Default',
  used: null,
  broken: { kind: 'unassigned' },
  targets: [],
  parameters: '{}',
};

const considered = (name: string, part: object) => ({
  name: { id: name, provider: 'OpenAI', name },
  tier: 'prioritized' as const,
  weight: 1,
  share: 0,
  warnings: [],
  place: { kind: 'disabled' as const },
  ...part,
});

const chosen: Resolution = {
  ...empty,
  broken: null,
  used: {
    provider: 'openai',
    provider_name: 'OpenAI',
    model: 'gpt-5',
    called: 'gpt-5',
    base_url: 'https://api.openai.com/v1',
    name: { id: 'Work', provider: 'OpenAI', name: 'Work' },
    key_ref: 'keystead://openai/work',
  },
  targets: [
    {
      provider: 'openai',
      provider_name: 'OpenAI',
      model: 'gpt-5',
      not_offered: false,
      keys: [
        considered('Work', { share: 0.75, weight: 3, place: { kind: 'used' } }),
        considered('Personal', { share: 0.25, place: { kind: 'next', after: 1 } }),
        considered('Old', { place: { kind: 'dead', outcome: 'invalid_key', at: Date.now() - 299_000 } }),
      ],
    },
  ],
};

const own: AssignmentView = {
  inherited: false,
  targets: [{ provider: 'openai', model: 'gpt-5' }],
  same_as: null,
  parameters: '{}',
  version: 4,
};

const task = (slug: string, part: Partial<TaskView> = {}): TaskView => ({
  slug,
  name: slug[0]?.toUpperCase() + slug.slice(1),
  purpose: 'What it is for',
  version: 1,
  assignment: null,
  now: { ...empty, task: slug },
  ...part,
});

function open(all: TaskView[], answers: Parameters<typeof rust>[0] = {}, workspaces = [workspace('Default')]) {
  const side = rust({ list_tasks: () => all, list_workspaces: () => workspaces, assign_tasks: () => all, ...answers });
  Object.assign(tasks, { all: null, fault: null, runs: {} });
  overlay.open = null;
  catalogue.all = [provider('openai', 'OpenAI', { keys: [key('openai', 'Work')] })];
  catalogue.phase = { is: 'ready' };
  render(TasksPage);
  render(Overlays);
  return { ...side, user: userEvent.setup() };
}

test('without tasks one is offered', async () => {
  open([]);
  expect(await screen.findByText('No tasks yet.')).toBeVisible();
  await accessible();
});

test('thirty tasks with long names', async () => {
  const many = Array.from({ length: 30 }, (_, n) =>
    task(`t${n}`, { name: `Donaudampfschifffahrtsgesellschaftskapitänsbenachrichtigung ${n}` }),
  );
  open(many);
  expect(await screen.findAllByText('Nothing chosen yet.')).toHaveLength(30);
  await accessible();
});

test('what is used now is said, and a dry run tells every key its reason', async () => {
  const { user, asked } = open([task('chat', { assignment: own, now: chosen })], { dry_run: () => chosen });
  await user.click(await screen.findByRole('button', { name: 'Now: OpenAI, Work.' }));
  const run = screen.getByRole('group', { name: 'Dry run' });
  expect(run).toHaveTextContent('Dry run: this would use OpenAI / gpt-5 with the key Work.');
  expect(run).toHaveTextContent('Used. Prioritized, weight 3, 75 % of sessions');
  expect(run).toHaveTextContent('Would come next, 25 % of sessions');
  expect(run).toHaveTextContent('Key rejected, 4 min ago');
  expect(run).toHaveTextContent('Nothing was sent.');
  await accessible();
  await user.click(within(run).getByRole('button', { name: 'Draw again' }));
  expect(asked('dry_run')).toEqual([{ req: { task: 'chat' } }]);
  await user.click(within(run).getByRole('button', { name: 'Copy as command' }));
  expect(asked('copy_text')).toEqual([{ text: 'keystead resolve --task chat --explain' }]);
});

test('a model is chosen from the lists of the keys, or used as it is typed', async () => {
  const { user, asked } = open([task('chat', { assignment: own, now: chosen })], {
    list_models: ({ id }: { id: string }) => ({
      key_id: id,
      listable: true,
      public: false,
      listed_at: 1,
      from_host: null,
      decided_at: null,
      last_try: null,
      models: ['gpt-5', 'gpt-5-mini'].map((id) => ({
        id,
        name: null,
        context: 400_000,
        price: { input: 0.25, output: 2, currency: 'USD' },
        state: 'applied',
        first_seen: 1,
        gone_since: null,
      })),
    }),
  } as never);
  await user.click(await screen.findByRole('button', { name: 'Add a target to Chat' }));
  expect(await screen.findByRole('option', { name: /gpt-5-mini/ })).toHaveTextContent('400K');
  await accessible(screen.getByRole('dialog'));
  await user.type(screen.getByRole('combobox'), 'mini{Enter}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  const targets = [...own.targets, { provider: 'openai', model: 'gpt-5-mini' }];
  expect(asked('assign_tasks')).toMatchObject([{ req: { tasks: [{ task: 'chat', version: 4, targets }] } }]);
});

test('what was changed elsewhere is told, and a broken target offers a way out', async () => {
  const broken = {
    ...chosen,
    used: null,
    targets: chosen.targets.map((one) => ({ ...one, not_offered: true, keys: [] })),
  };
  const refuse = () => Promise.reject({ code: 'changed_elsewhere', message: '' } as unknown as Error);
  const { user } = open([task('chat', { assignment: own, now: broken })], { assign_tasks: refuse });
  expect(await screen.findByText(/OpenAI does not offer gpt-5 to any of your keys\./)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Remove OpenAI / gpt-5' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('This was changed elsewhere meanwhile.');
  await user.click(screen.getByRole('button', { name: 'Choose another model' }));
  expect(await screen.findByRole('dialog')).toBeVisible();
});

test('a new task is refused where it was typed, and nothing of it is lost', async () => {
  const refuse = () => Promise.reject({ code: 'slug_taken', message: '', field: 'slug' } as unknown as Error);
  const { user } = open([task('chat')], { save_task: refuse });
  await user.click(await screen.findByRole('button', { name: 'Add task' }));
  await user.type(await screen.findByRole('textbox', { name: 'Name' }), 'Chat');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('There is a task with this short name already.');
  expect(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('Chat');
  await accessible(screen.getByRole('dialog'));
});

test('the keyboard moves targets and tasks, and workspaces can be changed', async () => {
  const two = { ...own, targets: [...own.targets, { provider: 'openai', model: 'o3' }] };
  const all = [task('chat', { assignment: two, now: chosen }), task('code')];
  const { user, asked } = open(all, { order_tasks: () => all }, [workspace('Default'), workspace('Client')]);
  (await screen.findByRole('button', { name: /^Order of OpenAI \/ gpt-5:/ })).focus();
  await user.keyboard('{Alt>}{ArrowDown}{/Alt}');
  const moved = [two.targets[1], two.targets[0]];
  await waitFor(() => expect(asked('assign_tasks')).toMatchObject([{ req: { tasks: [{ targets: moved }] } }]));
  screen.getByRole('button', { name: /^Order of Code:/ }).focus();
  await user.keyboard('{Alt>}{ArrowUp}{/Alt}');
  await waitFor(() => expect(asked('order_tasks')).toEqual([{ slugs: ['code', 'chat'] }]));
  await user.selectOptions(screen.getByRole('combobox', { name: 'Workspace' }), 'client');
  expect(asked('use_workspace')).toEqual([{ id: 'client' }]);
});

const parameters = '{"temperature":0.2,"max_tokens":4000,"stop":["END"]}';
async function edit(answers: Parameters<typeof rust>[0] = {}) {
  const saved = task('chat', { assignment: { ...own, parameters }, now: chosen });
  const side = open([saved], { save_task: () => [saved], assign_tasks: () => [saved], ...answers });
  await side.user.click(await screen.findByRole('button', { name: 'More about Chat' }));
  await side.user.click(screen.getByRole('menuitem', { name: 'Name and parameters…' }));
  const whole = await screen.findByRole('textbox', { name: 'More parameters (JSON)' });
  return { ...side, whole, field: (name: string) => screen.getByRole('spinbutton', { name }) };
}

test('temperature and max tokens are fields of the same object as the rest', async () => {
  const { user, whole, field, asked } = await edit();
  expect(field('Temperature')).toHaveValue(0.2);
  await accessible(screen.getByRole('dialog'));
  await user.clear(field('Temperature'));
  await user.type(field('Temperature'), '0.7');
  await user.clear(field('Max tokens'));
  expect(JSON.parse((whole as HTMLTextAreaElement).value)).toEqual({ temperature: 0.7, stop: ['END'] });
  await user.clear(whole);
  await user.type(whole, '{{"max_tokens": 12, "top_p": 1}');
  expect(field('Temperature')).toHaveValue(null);
  expect(field('Max tokens')).toHaveValue(12);
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  const sent = asked('assign_tasks') as { req: { tasks: { parameters: string }[] } }[];
  expect(JSON.parse(sent[0]?.req.tasks[0]?.parameters ?? '')).toEqual({ max_tokens: 12, top_p: 1 });
});

test('a number out of its range is told at its field, and is not sent', async () => {
  const { user, field, asked } = await edit();
  await user.clear(field('Temperature'));
  await user.type(field('Temperature'), '3');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('From 0 to 2');
  expect(field('Temperature')).toHaveFocus();
  expect(field('Temperature')).toHaveValue(3);
  expect([...asked('assign_tasks'), ...asked('save_task')]).toEqual([]);
});

test('what is no JSON stays as it is typed, with the place of the fault, and nothing is saved', async () => {
  const message = 'line 2, column 3: this is no JSON';
  const refuse = () => Promise.reject({ code: 'parameters_invalid', message, field: 'parameters' } as unknown as Error);
  const { user, whole, field, asked } = await edit({ assign_tasks: refuse });
  await user.clear(whole);
  await user.type(whole, '{{"top_p":\n  1,,}');
  expect(field('Max tokens')).toHaveAttribute('readonly');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Line 2, column 3: this is not JSON. Nothing was saved.');
  expect(whole).toHaveValue('{"top_p":\n  1,,}');
  expect(whole).toHaveFocus();
  expect(asked('save_task')).toEqual([]);
});
