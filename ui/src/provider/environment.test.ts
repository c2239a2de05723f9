import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import Overlays from '../frame/Overlays.svelte';
import type { ProviderView } from '../ipc/types.ts';
import { catalogue } from '../state/catalogue.svelte.ts';
import { refreshKnown } from '../state/environment.svelte.ts';
import { toast } from '../state/toast.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { found, inVariable, key, provider, report, vaultView } from '../testing/samples.ts';
import ProviderPage from './ProviderPage.svelte';

const ambient = found('openai', 'OPENAI_API_KEY');
const known = { variable: 'OPENAI_API_KEY', saved_as: { id: 'openai/Work', provider: 'OpenAI', name: 'Work' } };
const refuse = (code: string) => () => Promise.reject({ code, message: '' } as unknown as Error);

function open(part: Partial<ProviderView>, answers: Parameters<typeof rust>[0] = {}) {
  const side = rust({
    list_providers: () => catalogue.all,
    vault_status: () => vaultView(),
    known_variables: () => [],
    ...answers,
  });
  catalogue.all = [provider('openai', 'OpenAI', part)];
  catalogue.phase = { is: 'ready' };
  vault.view = vaultView();
  render(ProviderPage, { id: 'openai' });
  render(Overlays);
  return { ...side, user: userEvent.setup() };
}
const button = (name: string | RegExp) => screen.getByRole('button', { name });

test('a key found in the environment is read-only: it can be tested and adopted', async () => {
  const { user, asked } = open({ ambient: [ambient] }, { test_key: () => report('connected') });
  await refreshKnown(catalogue.all);
  const row = screen.getByRole('listitem');
  expect(row).toHaveTextContent(/Environment\s*\$OPENAI_API_KEY/);
  expect(screen.getByText('Set in the environment, read when used.')).toBeVisible();
  expect(screen.queryByRole('menuitem')).toBeNull();
  await accessible();
  await user.click(button('Test OPENAI_API_KEY'));
  expect(await screen.findByText('Connected')).toBeVisible();
  expect(asked('test_key')).toMatchObject([{ req: { id: ambient.id } }]);
});

test('adopting it is one click, and the page learns a hint alone', async () => {
  const saved = key('openai', 'Default');
  const { user, asked } = open(
    { ambient: [ambient] },
    { adopt_variable: () => saved, test_key: () => report('connected') },
  );
  await user.click(button('Adopt into the keychain: OPENAI_API_KEY'));
  await waitFor(() => expect(toast.text).toBe('Saved as “Default”.'));
  expect(asked('adopt_variable')).toEqual([{ req: { id: ambient.id, name: '' } }]);
  await waitFor(() => expect(asked('test_key')).toMatchObject([{ req: { id: saved.id } }]));
});

test('one that is saved already says so and is not adopted twice', async () => {
  open({ ambient: [ambient], keys: [key('openai', 'Work')] }, { known_variables: () => [known] });
  await refreshKnown(catalogue.all);
  expect(await screen.findByText('Set in the environment. The same key is saved as Work of OpenAI.')).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Adopt/ })).toBeNull();
  expect(screen.getByText('api.openai.com · 1 key')).toBeVisible();
  await accessible();
});

test('while nothing can be saved it is not adopted, and what fails is told beside it', async () => {
  const { user, asked } = open({ ambient: [ambient] }, { adopt_variable: refuse('variable_unusable') });
  await user.click(button(/^Adopt/));
  expect(await screen.findByRole('alert')).toHaveTextContent('There is no key in this environment variable.');
  vault.view = vaultView({ state: 'locked' });
  await waitFor(() => expect(button(/^Adopt/)).toHaveAttribute('aria-disabled', 'true'));
  await user.click(button(/^Adopt/));
  expect(asked('adopt_variable')).toHaveLength(1);
});

test('a key that refers to a variable says whether it is set, and offers neither copy nor a look', async () => {
  open({ keys: [inVariable('openai', 'WORK_KEY', { last_test: report('connected') })] });
  expect(screen.getByRole('listitem')).toHaveTextContent(/\$WORK_KEY\s*Connected.*· set/);
  const items = screen.getAllByRole('menuitem').map((one) => one.textContent.trim());
  expect(items).toEqual([
    'Rename…',
    'How it is used…',
    'Replace key…',
    'Adopt into the keychain',
    'Paid test…',
    'Disable',
    'Remove key…',
  ]);
  await accessible();
});

test('an unset variable is named', async () => {
  const unset = inVariable('openai', 'WORK_KEY', { variable: { name: 'WORK_KEY', set: false } });
  const failed = report('not_configured', { cause: 'variable_unset', detail: 'WORK_KEY', http_status: null });
  open({ keys: [{ ...unset, last_test: failed }] });
  expect(screen.getByText('Not set')).toBeVisible();
  expect(screen.getByText('WORK_KEY is not set where Keystead was started.')).toBeVisible();
  expect(screen.getByText('The environment variable WORK_KEY is not set.')).toBeVisible();
  await accessible();
});

test('after the provider has moved its value stays here until that is confirmed', async () => {
  const away = inVariable('openai', 'WORK_KEY', { bound_to: 'https://api.openai.com' });
  const moved = { base_url: 'https://llm.example.com/v1', host: 'llm.example.com' };
  const confirmed = { ...away, bound_to: 'https://llm.example.com' };
  const { user, asked } = open({ keys: [away], ...moved }, { confirm_variable: () => confirmed });
  expect(screen.getByText(/^Entered for api\.openai\.com\./)).toBeVisible();
  await accessible();
  await user.click(button('Use it for llm.example.com'));
  await waitFor(() => expect(screen.queryByText(/^Entered for/)).toBeNull());
  expect(asked('confirm_variable')).toEqual([{ id: away.id }]);
});

test('removing it says that the variable stays', async () => {
  const { user } = open({ keys: [inVariable('openai', 'WORK_KEY')] });
  await user.click(screen.getByRole('menuitem', { name: 'Remove key…' }));
  expect(await screen.findByText('The entry leaves the list. The variable WORK_KEY stays as it is.')).toBeVisible();
});
