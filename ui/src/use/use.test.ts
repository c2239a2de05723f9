import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import Overlays from '../frame/Overlays.svelte';
import type { EditKeys, KeyView } from '../ipc/types.ts';
import Keys from '../provider/Keys.svelte';
import ProviderPage from '../provider/ProviderPage.svelte';
import { catalogue, dropKey, loadProviders } from '../state/catalogue.svelte.ts';
import { overlay } from '../state/overlay.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { key, policy, provider, vaultView } from '../testing/samples.ts';
import { expiryOf, inOrder, pairsOf, placesOf, sharesOf, twiceIn } from './lines.ts';

const used = (name: string, part: Partial<KeyView['policy']> = {}, more: Partial<KeyView> = {}) =>
  key('openai', name, { policy: { ...policy, ...part }, ...more });

function open(keys: KeyView[], answers: Parameters<typeof rust>[0] = {}) {
  const all = [provider('openai', 'OpenAI', { keys })];
  const side = rust({ list_providers: () => all, ...answers });
  catalogue.all = all;
  catalogue.phase = { is: 'ready' };
  vault.view = vaultView();
  overlay.open = null;
  render(ProviderPage, { id: 'openai' });
  render(Overlays);
  return { ...side, user: userEvent.setup() };
}

test('shares follow the weights of the first tier that has any', () => {
  const keys = [used('A', { weight: 3 }), used('B'), used('C', { weight: 0 }), used('D', { tier: 'fallback' })];
  const shares = (of: KeyView[]) => [...sharesOf(provider('openai', 'OpenAI', { keys: of })).values()];
  expect(shares(keys)).toEqual([0.75, 0.25]);
  expect(shares(keys.slice(2))).toEqual([1]);
  expect(shares([])).toEqual([]);
  expect(inOrder([keys[3], keys[1], keys[0]] as KeyView[]).map((one) => one.name)).toEqual(['A', 'B', 'D']);
});

test('the bars of the keys begin where the one above ends, those of the environment last', () => {
  const ambient = [used('env.A_KEY', {}, { ambient: true })];
  const places = placesOf(
    provider('openai', 'OpenAI', { keys: [used('Work'), used('Zoo', { position: 1 })], ambient }),
  );
  expect([...places.values()].map(({ from }) => Math.round(from * 3))).toEqual([0, 1, 2]);
  expect([...places.keys()].at(-1)).toBe('openai/env.A_KEY');
});

test('a last day is told from two months before, and warned of in its last week', () => {
  const now = Date.parse('2026-11-26T12:00:00Z');
  const words = (on: string) => expiryOf(used('A', { expires_on: on }), now, 7);
  expect(words('2027-06-01')).toBeNull();
  expect(words('2027-01-06')).toEqual({ words: 'expires in 41 days', soon: false });
  expect(words('2026-11-27')).toEqual({ words: 'expires in 1 day', soon: true });
  expect(words('2026-11-26')).toEqual({ words: 'expires today', soon: true });
  expect(words('2026-11-20')).toEqual({ words: 'expired Nov 20, 2026', soon: true });
});

test('aliases are rows: a model, and what it is called there', async () => {
  expect(
    pairsOf([
      { name: ' a ', text: 'b ' },
      { name: '', text: '' },
      { name: 'c', text: '' },
    ]),
  ).toEqual({ a: 'b', c: '' });
  const { user, asked } = open([used('Work', { aliases: { 'gpt-5': 'mine', o3: 'old' } })], { edit_keys: () => [] });
  await user.click(screen.getByRole('button', { name: 'More for Work' }));
  await user.click(screen.getByRole('menuitem', { name: 'How it is used…' }));
  expect(await screen.findByRole('textbox', { name: 'Alias 1: called there' })).toHaveValue('mine');
  await user.click(screen.getByRole('button', { name: 'Remove alias 2' }));
  expect(screen.getByRole('textbox', { name: 'Alias 1: model' })).toHaveFocus();
  await user.click(screen.getByRole('button', { name: 'Add an alias' }));
  expect(screen.getByRole('textbox', { name: 'Alias 2: model' })).toHaveFocus();
  await user.keyboard('fast{Tab}gpt-5-mini');
  await accessible(screen.getByRole('dialog'));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() =>
    expect(asked('edit_keys')).toMatchObject([{ req: { aliases: { 'gpt-5': 'mine', fast: 'gpt-5-mini' } } }]),
  );
});

test('a model with two aliases is refused at its rows: nothing is sent, nothing is lost', async () => {
  const rows = (...names: string[]) => names.map((name) => ({ name, text: 'x' }));
  expect(twiceIn(rows('a', 'b', '', ''))).toBeNull();
  expect(twiceIn(rows('a', 'b', ' A '))).toMatchObject({ code: 'model_twice', field: 'aliases' });
  const { user, asked } = open([used('Work', { aliases: { 'gpt-5': 'mine' } })], { edit_keys: () => [] });
  await user.click(screen.getByRole('button', { name: 'More for Work' }));
  await user.click(screen.getByRole('menuitem', { name: 'How it is used…' }));
  await user.click(await screen.findByRole('button', { name: 'Add an alias' }));
  await user.keyboard('GPT-5{Tab}other');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  const group = screen.getByRole('group', { name: 'Aliases' });
  expect(await within(group).findByRole('alert')).toHaveTextContent(
    "This model is there twice. 'GPT-5' is there twice",
  );
  expect(asked('edit_keys')).toEqual([]);
  const called = (n: number) => screen.getByRole('textbox', { name: `Alias ${n}: called there` });
  expect([called(1), called(2)].map((one) => (one as HTMLInputElement).value)).toEqual(['mine', 'other']);
  expect(called(1)).toHaveFocus();
  await accessible(screen.getByRole('dialog'));
  await user.type(screen.getByRole('textbox', { name: 'Alias 2: model' }), '-mini');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  const aliases = { 'gpt-5': 'mine', 'GPT-5-mini': 'other' };
  await waitFor(() => expect(asked('edit_keys')).toMatchObject([{ req: { aliases } }]));
});

test('keys say their share, and the keyboard moves them between places and tiers', async () => {
  const keys = [used('Work', { weight: 3 }), used('Zoo', { position: 1 }), used('Old', { tier: 'fallback' })];
  const { user, asked } = open(keys);
  expect(screen.getByText('Weight 3 · 75 %')).toBeVisible();
  expect(screen.getByText('Fallback')).toBeVisible();
  await accessible();
  screen.getByRole('button', { name: /^Order of Zoo/ }).focus();
  await user.keyboard('{Alt>}{ArrowDown}{/Alt}');
  const ids = (...names: string[]) => names.map((name) => `openai/${name}`);
  const down = { req: { provider: 'openai', prioritized: ids('Work'), fallback: ids('Zoo', 'Old') } };
  await waitFor(() => expect(asked('order_keys')).toEqual([down]));
});

test('how a key is used is edited with the version that was seen, and a fault stands where it was typed', async () => {
  const refuse = () => Promise.reject({ code: 'weight_invalid', message: '', field: 'weight' } as unknown as Error);
  const { user, asked } = open([used('Work', { models: { list: ['gpt-*'] } }, { version: 7 })], { edit_keys: refuse });
  await user.click(screen.getByRole('button', { name: 'More for Work' }));
  await user.click(screen.getByRole('menuitem', { name: 'How it is used…' }));
  const weight = await screen.findByRole('textbox', { name: 'Weight' });
  await user.clear(weight);
  await user.type(weight, '-1');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('A weight is a number from 0 to 1,000,000.');
  expect(asked('edit_keys')).toMatchObject([{ req: { ids: ['openai/Work'], versions: [7], weight: -1 } }]);
  await accessible(screen.getByRole('dialog'));
});

test('only what was changed is sent: a last day that is over keeps nothing else from being edited', async () => {
  const old = { expires_on: '2020-01-01', models: { list: ['gpt-*'] }, aliases: { fast: 'gpt-5' }, zdr: true };
  const { user, asked } = open([used('Work', old, { version: 7 })], { edit_keys: () => [] });
  await user.click(screen.getByRole('button', { name: 'More for Work' }));
  await user.click(screen.getByRole('menuitem', { name: 'How it is used…' }));
  const weight = await screen.findByRole('textbox', { name: 'Weight' });
  await user.clear(weight);
  await user.type(weight, '2');
  await user.type(screen.getByRole('textbox', { name: 'Description' }), 'Old');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  const req = { ids: ['openai/Work'], versions: [7], weight: 2, description: 'Old' };
  await waitFor(() => expect(asked('edit_keys')).toEqual([{ req }]));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());

  await user.click(screen.getByRole('button', { name: 'More for Work' }));
  await user.click(screen.getByRole('menuitem', { name: 'How it is used…' }));
  await fireEvent.input(await screen.findByLabelText('Last day'), { target: { value: '' } });
  await user.click(screen.getByRole('button', { name: 'Save' }));
  const cleared = { req: { ids: ['openai/Work'], versions: [7], expires_on: null } };
  await waitFor(() => expect(asked('edit_keys')[1]).toEqual(cleared));
});

test('several keys are switched off together', async () => {
  const keys = [used('Work', {}, { version: 3 }), used('Zoo', {}, { version: 5 })];
  const { user, asked } = open(keys, { edit_keys: () => keys, list_workspaces: () => [] });
  await user.click(screen.getByRole('button', { name: 'Select several' }));
  await user.click(screen.getByRole('checkbox', { name: 'Select Work' }));
  await user.click(screen.getByRole('checkbox', { name: 'Select Zoo' }));
  await accessible();
  await user.click(screen.getByRole('button', { name: 'Switch off' }));
  await waitFor(() =>
    expect(asked('edit_keys')).toEqual([
      { req: { ids: ['openai/Work', 'openai/Zoo'], versions: [3, 5], enabled: false } },
    ]),
  );
});

test('a selected key that was removed elsewhere is forgotten, and the others can be changed', async () => {
  const all = [used('Work'), used('Zoo'), used('Old', {}, { version: 2 })];
  let there = all;
  const gone = { code: 'key_not_found', message: '' } as unknown as Error;
  const { user, asked } = open(all, {
    list_providers: () => [provider('openai', 'OpenAI', { keys: there })],
    edit_keys: ({ req }: { req: EditKeys }) =>
      req.ids.every((id) => there.some((key) => key.id === id)) ? [] : Promise.reject(gone),
  });
  await user.click(screen.getByRole('button', { name: 'Select several' }));
  for (const { name } of all) await user.click(screen.getByRole('checkbox', { name: `Select ${name}` }));
  there = all.filter((key) => key.name !== 'Zoo');
  await user.click(screen.getByRole('button', { name: 'Switch off' }));
  expect(await screen.findByText('2 selected')).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent('This key is not here any more.');
  dropKey('openai/Work');
  expect(await screen.findByText('1 selected')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Switch off' }));
  await waitFor(() =>
    expect(asked('edit_keys')[1]).toEqual({ req: { ids: ['openai/Old'], versions: [2], enabled: false } }),
  );
  there = all;
  await loadProviders();
  expect(await screen.findByRole('checkbox', { name: 'Select Work' })).not.toBeChecked();
});

test('several are chosen without a mouse: Space, Shift and the arrows, Ctrl+A, Escape', async () => {
  const { user } = open([used('A'), used('B', { position: 1 }), used('C', { position: 2 })]);
  await user.click(screen.getByRole('button', { name: 'Select several' }));
  const box = (name: string) => screen.getByRole('checkbox', { name: `Select ${name}` });
  box('A').focus();
  await user.keyboard(' {ArrowDown}');
  expect(box('B')).toHaveFocus();
  expect(box('B')).not.toBeChecked();
  await user.keyboard('{Shift>}{ArrowDown}{/Shift}');
  expect(box('C')).toHaveFocus();
  expect([box('A'), box('B'), box('C')].every((one) => (one as HTMLInputElement).checked)).toBe(true);
  expect(screen.getByText('3 selected')).toBeVisible();
  await user.keyboard('{Control>}a{/Control}{Escape}');
  expect(screen.queryByRole('checkbox', { name: 'Select A' })).toBeNull();
});

test('of ten thousand keys only those near the window are in the page', () => {
  const keys = Array.from({ length: 10_000 }, (_, n) => used(`Key ${String(n).padStart(5, '0')}`));
  render(Keys, { provider: provider('openai', 'OpenAI', { keys }) });
  expect(screen.getAllByRole('listitem').length).toBeLessThan(100);
});
