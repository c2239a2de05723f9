import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { ProviderView } from '../ipc/types.ts';
import { catalogue } from '../state/catalogue.svelte.ts';
import { overlay } from '../state/overlay.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { announced } from '../state/toast.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { key, provider, report, vaultView } from '../testing/samples.ts';
import { search } from '../frame/shortcuts.ts';
import ProvidersPage from './ProvidersPage.svelte';

const openai = () =>
  provider('openai', 'OpenAI', { aliases: ['gpt'], keys: [key('openai', 'Work', { last_test: report('connected') })] });
const anthropic = () =>
  provider('anthropic', 'Anthropic', {
    keys: [
      key('anthropic', 'Home', { last_test: report('connected') }),
      key('anthropic', 'Work', { last_test: report('invalid_key') }),
    ],
  });
const cohere = () => provider('cohere', 'Cohere');

function open(all: ProviderView[], answers: Parameters<typeof rust>[0] = {}) {
  const side = rust(answers);
  catalogue.all = all;
  catalogue.phase = { is: 'ready' };
  vault.view = vaultView();
  render(ProvidersPage);
  return { ...side, user: userEvent.setup() };
}
const names = () => screen.getAllByRole('heading', { level: 3 }).map((one) => one.textContent.trim());

test('says how many there are and who needs attention, and shows those first', async () => {
  open([openai(), anthropic(), cohere()]);
  expect(screen.getByText('2 providers, 3 keys.')).toBeVisible();
  expect(screen.getByText('1 needs attention.')).toBeVisible();
  expect(names()).toEqual(['Anthropic', 'OpenAI']);
  await accessible();
});

test('a card tells its state to who cannot see it', () => {
  open([anthropic()]);
  const link = screen.getByRole('link', { name: 'Anthropic' });
  expect(link).toHaveAccessibleDescription(/1 of 2 rejected .* Work: .* does not know this key\./);
  expect(screen.getByRole('button', { name: 'Test Anthropic' })).not.toContainElement(link);
});

test('Test tests every enabled key, once, and says once how it ended', async () => {
  const one = anthropic();
  const off = key('anthropic', 'Off', { enabled: false });
  const { user, asked } = open([{ ...one, keys: [...one.keys, off] }], { test_key: () => report('connected') });
  await user.click(screen.getByRole('button', { name: 'Test Anthropic' }));
  await waitFor(() => expect(announced.text).toMatch(/^Anthropic: Connected/));
  expect(asked('test_key')).toHaveLength(2);
  expect(screen.queryByText('1 needs attention.')).toBeNull();
  expect(names()).toEqual(['Anthropic']);
});

test('a running test can be cancelled, and its late answer changes nothing', async () => {
  let answer: (value: unknown) => void = () => undefined;
  const { user, asked } = open([openai()], { test_key: () => new Promise((resolve) => (answer = resolve)) });
  await user.click(screen.getByRole('button', { name: 'Test OpenAI' }));
  await user.click(await screen.findByRole('button', { name: 'Cancel the test of OpenAI' }));
  answer(report('invalid_key'));
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(asked('cancel_test')).toHaveLength(1);
  expect(screen.getByText('Connected')).toBeVisible();
});

test('Test all leaves the turns to Rust, shows how far it is, and stops', async () => {
  const answers: ((value: unknown) => void)[] = [];
  const many = Array.from({ length: 9 }, (_, i) => provider(`p${i}`, `P${i}`, { keys: [key(`p${i}`, 'Default')] }));
  const { user, asked } = open(many, { test_key: () => new Promise((resolve) => answers.push(resolve)) });
  await user.click(screen.getByRole('button', { name: 'Test all' }));
  await screen.findByText('0 of 9');
  const asks = asked('test_key') as { req: { batch: string | null; paid: string | null } }[];
  expect(asks).toHaveLength(9);
  expect(new Set(asks.map(({ req }) => req.batch)).size, 'one run').toBe(1);
  expect(
    asks.every(({ req }) => req.paid === null),
    'none of it is paid for',
  ).toBe(true);
  answers[0]?.(report('connected'));
  await screen.findByText('1 of 9');
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus();
  answers.forEach((answer) => answer(report('connected')));
  await waitFor(() => expect(screen.queryByText(/of 9/)).toBeNull(), { timeout: 2000 });
  expect(asked('cancel_test')).toHaveLength(8);
});

test('search finds by alias, narrows what is yours, and keeps the custom provider', async () => {
  const { user } = open([openai(), anthropic(), cohere()]);
  search.focus?.();
  await user.keyboard('gpt');
  expect(names()).toEqual(['OpenAI']);
  expect(screen.queryByText('Cohere')).toBeNull();
  expect(screen.getByText('Custom provider')).toBeVisible();
  await user.clear(screen.getByRole('searchbox'));
  await user.keyboard('xyz');
  expect(screen.getByText('Nothing matches “xyz”.')).toBeVisible();
  await user.keyboard('{Escape}');
  expect(names()).toHaveLength(2);
});

test('with nothing of one’s own it says what to do, above the catalogue', async () => {
  const { user } = open([cohere()]);
  expect(screen.getByText('No providers yet. Add one to start using your own keys.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Find a provider' }));
  expect(screen.getByRole('searchbox')).toHaveFocus();
  await user.click(screen.getByRole('button', { name: /Cohere/ }));
  expect(overlay.open).toMatchObject({ is: 'add', target: { is: 'provider' } });
  await accessible();
});

test('a list that cannot be read says so and tries again', async () => {
  const { user, asked } = open([], { list_providers: () => [cohere()] });
  catalogue.phase = { is: 'failed', fault: { code: 'store_failed', message: '' } };
  expect(await screen.findByRole('alert')).toHaveTextContent('Keystead could not read or write its database.');
  await accessible();
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Cohere')).toBeVisible();
  expect(asked('list_providers')).toHaveLength(1);
});

test('over a locked keychain the cards stay, and the way out is one click', async () => {
  const { user, asked } = open([openai()], { unlock_vault: () => vaultView() });
  vault.view = vaultView({ state: 'locked' });
  expect(await screen.findByText(/GNOME Keyring is locked/)).toBeVisible();
  expect(names()).toEqual(['OpenAI']);
  await user.click(screen.getByRole('button', { name: 'Unlock…' }));
  await waitFor(() => expect(screen.queryByText(/is locked/)).toBeNull());
  expect(asked('unlock_vault')).toHaveLength(1);
});

test('a server that needs no key is counted as a provider, not as a key', () => {
  const ollama = provider('ollama', 'Ollama', { keys: [key('ollama', 'Default', { source: 'none', hint: null })] });
  open([openai(), ollama]);
  expect(screen.getByText(/2 providers, 1 key\./)).toBeVisible();
});

test('on a first start without a keychain the page says so before anything is typed', async () => {
  open([cohere()]);
  vault.view = vaultView({ state: 'no_provider', identity: null, secrets: 0 });
  expect(await screen.findByText(/No keychain found/)).toBeVisible();
  expect(screen.getByText(/Nothing can be saved yet/)).toBeVisible();
});
