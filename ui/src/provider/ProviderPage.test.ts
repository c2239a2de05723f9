import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { keepFocused } from '../controls/keeper.ts';
import Overlays from '../frame/Overlays.svelte';
import type { EditProvider, Outcome, ProviderView } from '../ipc/types.ts';
import { catalogue, providerOf } from '../state/catalogue.svelte.ts';
import { toast } from '../state/toast.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { key, provider, report, vaultView } from '../testing/samples.ts';
import ProviderPage from './ProviderPage.svelte';

const work = key('openai', 'Work', { last_test: report('connected'), bound_to: 'https://api.openai.com' });
const refuse = (code: string, field?: string) => () => Promise.reject({ code, message: '', field } as unknown as Error);

function open(part: Partial<ProviderView> = {}, answers: Parameters<typeof rust>[0] = {}) {
  const side = rust({
    list_providers: () => catalogue.all,
    vault_status: () => vaultView(),
    ...answers,
  });
  catalogue.all = [provider('openai', 'OpenAI', { keys: [work], ...part })];
  catalogue.phase = { is: 'ready' };
  vault.view = vaultView();
  render(ProviderPage, { id: 'openai' });
  render(Overlays);
  return { ...side, user: userEvent.setup() };
}
const item = (name: RegExp) => screen.getByRole('menuitem', { name });

test('a key shows its name, its last four and how it is', async () => {
  open();
  const row = screen.getByRole('listitem');
  expect(row).toHaveTextContent(/Work\s*sk-…9xQ2\s*Connected/);
  expect(screen.getByText(/go to api\.openai\.com only/)).toBeVisible();
  await accessible();
});

test('a provider that is where its keys say has headers and a proxy, and no base URL', async () => {
  open({ form: { placed: true, modes: [], fields: [] } });
  expect(await screen.findByRole('button', { name: 'Add header' })).toBeVisible();
  expect(screen.queryByRole('textbox', { name: 'Base URL' })).toBeNull();
  expect(screen.getByText(/goes to the host that its own settings name/)).toBeVisible();
  await accessible();
});

const bad: Outcome[] = ['invalid_key', 'no_credit', 'unreachable', 'reachable_unverified', 'provider_down'];
test.each(bad)('after %s the row says what happened and what to do, with the details folded', async (outcome) => {
  open({ keys: [{ ...work, last_test: report(outcome, { detail: 'In its own words.', request_id: 'req_1' }) }] });
  expect(screen.getByText('Details')).toBeVisible();
  expect(screen.getByText('In its own words.')).toBeInTheDocument();
  expect(screen.getByText(/req_1/)).toBeInTheDocument();
  await accessible();
});

test('the curl line is copied by Rust and holds a variable for the key', async () => {
  const { user, asked } = open({ keys: [{ ...work, last_test: report('invalid_key') }] });
  await user.click(screen.getByText('Details'));
  await user.click(screen.getByRole('button', { name: 'Copy as curl' }));
  await waitFor(() => expect(toast.text).toMatch(/^Copied as curl/));
  expect(asked('copy_text')).toMatchObject([{ text: expect.stringContaining('$OPENAI_API_KEY') }]);
});

test('the menu copies, shows and switches off by its commands', async () => {
  const { user, asked } = open({}, { enable_key: () => ({ ...work, enabled: false, last_test: null }) });
  await user.click(item(/^Copy key/));
  await waitFor(() => expect(toast.text).toBe('Copied. Leaves the clipboard in 30 s'));
  await user.click(item(/^Show key/));
  await user.click(item(/^Disable/));
  expect(await screen.findByText('Off')).toBeVisible();
  expect(asked('copy_key')).toEqual([{ id: work.id }]);
  expect(asked('reveal_key')).toEqual([{ id: work.id }]);
  expect(asked('enable_key')).toEqual([{ req: { id: work.id, enabled: false } }]);
});

test('what fails is told beside the key', async () => {
  const { user } = open({}, { reveal_key: refuse('vault_denied') });
  await user.click(item(/^Show key/));
  expect(await screen.findByRole('alert')).toHaveTextContent('Storage refused access.');
});

test('a rename that is refused keeps what was typed', async () => {
  const { user } = open({}, { rename_key: refuse('name_taken', 'name') });
  await user.click(item(/^Rename/));
  const field = await screen.findByLabelText('Name');
  await user.clear(field);
  await user.type(field, 'Home{Enter}');
  expect(await screen.findByText('This name is in use. Choose another.')).toBeVisible();
  expect(field).toHaveValue('Home');
  await accessible(screen.getByRole('dialog'));
});

test('removing a key asks, says what is deleted, and is not on Enter', async () => {
  const { user, asked } = open();
  await user.click(item(/^Remove key/));
  const dialog = await screen.findByRole('dialog', { name: 'Remove the key “Work”?' });
  expect(dialog).toHaveTextContent(/sk-…9xQ2 is deleted and cannot come back/);
  expect(within(dialog).getByRole('button', { name: 'Cancel' })).toHaveProperty('autofocus', true);
  await accessible(dialog);
  await user.click(within(dialog).getByRole('button', { name: 'Remove key' }));
  await waitFor(() => expect(screen.queryByRole('listitem')).toBeNull());
  expect(asked('remove_key')).toEqual([{ id: work.id }]);
});

const view = {
  base_url: 'https://llm.example.com/v1',
  host: 'llm.example.com',
  test_url: 'https://llm.example.com/v1/models',
  removed: '/chat/completions',
  added: null,
  changes_origin: true,
};

test('a base URL is checked while it is typed, and saved by Enter with what was repaired', async () => {
  const edit = ({ req }: { req: EditProvider }) => ({
    ...providerOf('openai'),
    base_url: view.base_url,
    host: view.host,
    test_url: view.test_url,
    ...(req.base_url === null ? {} : {}),
  });
  const { user, asked } = open({}, { check_base_url: () => view, edit_provider: edit as never });
  const field = screen.getByLabelText('Base URL');
  await user.clear(field);
  await user.type(field, 'https://llm.example.com/v1/chat/completions');
  expect(await screen.findByText(/Keys entered for api\.openai\.com will not be sent there/)).toBeVisible();
  await user.keyboard('{Enter}');
  expect(await screen.findByRole('button', { name: 'Undo' })).toBeVisible();
  expect(field).toHaveValue('https://llm.example.com/v1');
  expect(screen.getByRole('status', { name: 'Saved' })).toBeVisible();
  expect(asked('edit_provider')).toEqual([
    { req: { id: 'openai', base_url: 'https://llm.example.com/v1/chat/completions' } },
  ]);
  await accessible();
});

test('a base URL that is refused is told at the field and not saved', async () => {
  const { user, asked } = open({}, { check_base_url: refuse('url_plain_http', 'base_url') });
  const field = screen.getByLabelText('Base URL');
  await user.clear(field);
  await user.type(field, 'http://example.com{Enter}');
  expect(await screen.findByText(/Over http the key would travel unencrypted/)).toBeVisible();
  expect(field).toHaveAttribute('aria-invalid', 'true');
  expect(screen.queryByText(/\/v1\/models/)).toBeNull();
  expect(asked('edit_provider')).toHaveLength(0);
});

test('a key entered for another host says so', () => {
  open({ base_url: 'https://llm.example.com/v1', host: 'llm.example.com' });
  expect(screen.getByText(/Entered for api\.openai\.com\. It is not sent anywhere else\./)).toBeVisible();
});

test('where every key belongs to another host, none is said to go to this one', () => {
  open({ base_url: 'https://llm.example.com/v1', host: 'llm.example.com' });
  expect(screen.getByText('A key entered here goes to llm.example.com only.')).toBeVisible();
});

test('Undo puts back what was pasted, ready to be edited, and claims nothing about hosts', async () => {
  const moved = { base_url: view.base_url, host: view.host, test_url: view.test_url };
  const answers = {
    check_base_url: () => view,
    edit_provider: () => ({ ...provider('openai', 'OpenAI', { keys: [work] }), ...moved }),
  };
  const { user } = open({}, answers);
  const field = screen.getByLabelText('Base URL');
  await user.clear(field);
  await user.type(field, 'https://llm.example.com/v1/chat/completions{Enter}');
  await user.click(await screen.findByRole('button', { name: 'Undo' }));
  expect(field).toHaveValue('https://llm.example.com/v1/chat/completions');
  expect(field).toHaveFocus();
  expect(screen.queryByText(/This is another host/)).toBeNull();
});

test('a rename starts in its field', async () => {
  const { user } = open();
  await user.click(item(/^Rename/));
  expect(await screen.findByLabelText('Name')).toHaveProperty('autofocus', true);
});

test('that the keychain was shut is said while it is shut, and no longer', () => {
  open({ keys: [{ ...work, last_test: report('vault_unavailable', { cause: 'vault_locked' }) }] });
  expect(screen.getByText('Not tested')).toBeVisible();
  expect(screen.queryByText('Keychain unavailable')).toBeNull();
});

test('after a key is removed the focus is on the page, not nowhere', async () => {
  const main = document.body.appendChild(document.createElement('main'));
  main.tabIndex = -1;
  const stop = keepFocused();
  const { user } = open();
  await user.click(item(/^Remove key/));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Remove key' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await waitFor(() => expect(document.activeElement).not.toBe(document.body));
  stop();
  main.remove();
});
