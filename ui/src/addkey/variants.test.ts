import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { catalogue } from '../state/catalogue.svelte.ts';
import Overlays from '../frame/Overlays.svelte';
import type { VaultView } from '../ipc/types.ts';
import { show, type Target } from '../state/overlay.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { key, provider, report, vaultView } from '../testing/samples.ts';
import AddKeyDialog from './AddKeyDialog.svelte';

const work = key('openai', 'Work', { hint: { prefix: 'sk-', tail: '9xQ2' } });
const openai = provider('openai', 'OpenAI', { keys: [work] });
const ollama = provider('ollama', 'Ollama', {
  host: 'localhost:11434',
  local: true,
  key_need: 'optional',
  base_url: 'http://localhost:11434/v1',
  console_url: null,
});
const url = {
  base_url: 'https://llm.example.com/v1',
  host: 'llm.example.com',
  test_method: 'POST',
  test_url: 'https://llm.example.com/v1/models',
  removed: '/chat/completions',
  added: null,
  changes_origin: true,
};
const draft = {
  id: 'd1',
  hint: { prefix: 'sk-', tail: 'cdef' },
  reference: null,
  cleaned: ['whitespace', 'assignment'],
  fits: ['openai'],
  otherwise: ['openai'],
  duplicate_of: null,
  duplicates_checked: true,
  form: 'bare',
  variable: null,
  base_url: null,
  more: [],
};

beforeEach(() => {
  catalogue.phase = { is: 'ready' };
  catalogue.all = [openai, ollama];
  vault.view = vaultView();
});

function open(target: Target, answers: Parameters<typeof rust>[0] = {}) {
  const side = rust({
    paste_key: () => draft,
    check_base_url: () => url,
    list_providers: () => catalogue.all,
    vault_status: () => vault.view,
    add_key: () => work,
    replace_key: () => work,
    test_key: () => report('connected'),
    ...answers,
  });
  render(AddKeyDialog, { props: { target } });
  return { ...side, user: userEvent.setup() };
}
const save = () => screen.getByRole('button', { name: /^Save/ });

test('a replaced key starts from an empty field that names the old one', async () => {
  const { user, asked } = open({ is: 'replace', provider: openai, key: work });
  expect(screen.getByRole('dialog', { name: 'Replace the key “Work”' })).toBeVisible();
  expect(screen.getByPlaceholderText('Paste a new key to replace sk-…9xQ2')).toHaveValue('');
  expect(screen.queryByLabelText('Name')).toBeNull();
  expect(screen.queryByLabelText('Provider')).toBeNull();
  await user.click(screen.getByRole('button', { name: /^Paste/ }));
  await screen.findByText('recognised');
  await user.click(save());
  await waitFor(() => expect(asked('replace_key')).toEqual([{ req: { id: work.id, draft: 'd1', tested: null } }]));
});

test('what was cleaned around a key is said', async () => {
  const { user } = open({ is: 'any' });
  await user.click(screen.getByRole('button', { name: /^Paste/ }));
  expect(await screen.findByText('Removed spaces around it.')).toBeVisible();
  expect(screen.getByText('export …=')).toBeVisible();
});

test('a local server needs no key', async () => {
  const { user, asked } = open(
    { is: 'provider', provider: ollama },
    { check_base_url: () => ({ ...url, removed: null }) },
  );
  expect(screen.getByLabelText('Base URL')).toHaveValue('http://localhost:11434/v1');
  expect(screen.getByText('It needs a key')).toBeVisible();
  await user.click(save());
  await waitFor(() =>
    expect(asked('add_key')).toMatchObject([{ req: { provider: { kind: 'existing', id: 'ollama' }, draft: null } }]),
  );
  await accessible();
});

test('a custom provider shows what will be called and what was repaired', async () => {
  const { user, asked } = open({ is: 'custom' });
  await user.type(screen.getByLabelText('Name of the provider'), 'Gateway');
  await user.click(screen.getByLabelText('Base URL'));
  await user.paste('https://llm.example.com/v1/chat/completions');
  expect(await screen.findByText('/chat/completions')).toBeVisible();
  expect(screen.getByText('/v1/models')).toBeVisible();
  await user.click(save());
  await waitFor(() =>
    expect(asked('add_key')).toMatchObject([
      {
        req: { provider: { kind: 'custom', name: 'Gateway', base_url: 'https://llm.example.com/v1/chat/completions' } },
      },
    ]),
  );
  await accessible();
});

test('a custom provider speaks what is chosen, and its base URL is read as such', async () => {
  const { user, asked } = open({ is: 'custom' });
  await user.type(screen.getByLabelText('Name of the provider'), 'Gateway');
  await user.type(screen.getByLabelText('Base URL'), 'https://llm.example.com');
  await user.selectOptions(screen.getByLabelText('Speaks'), 'Anthropic messages');
  await waitFor(() => expect(asked('check_base_url').at(-1)).toMatchObject({ req: { dialect: 'anthropic' } }));
  expect(await screen.findByText('POST')).toBeVisible();
  await user.click(save());
  await waitFor(() => expect(asked('add_key')).toMatchObject([{ req: { provider: { dialect: 'anthropic' } } }]));
});

test('a base URL that no key may go to is told at its field', async () => {
  const refuse = () => Promise.reject({ code: 'url_plain_http', message: '', field: 'base_url' } as unknown as Error);
  const { user } = open({ is: 'custom' }, { check_base_url: refuse });
  await user.type(screen.getByLabelText('Base URL'), 'http://example.com');
  expect(await screen.findByText('Over http the key would travel unencrypted. Use https.')).toBeVisible();
  expect(screen.getByLabelText('Base URL')).toHaveAttribute('aria-invalid', 'true');
});

test('while the keychain is locked a key can be tested, not saved, and the way out is there', async () => {
  vault.view = vaultView({ state: 'locked' });
  const { user, asked } = open({ is: 'any' }, { unlock_vault: () => vaultView() });
  expect(screen.getByText('GNOME Keyring is locked')).toBeVisible();
  await user.click(screen.getByRole('button', { name: /^Paste/ }));
  await screen.findByText('recognised');
  expect(save()).toHaveAttribute('aria-disabled', 'true');
  await user.click(screen.getByRole('button', { name: 'Unlock…' }));
  await waitFor(() => expect(save()).not.toHaveAttribute('aria-disabled'));
  expect(asked('unlock_vault')).toHaveLength(1);
});

test.each<[string, Partial<VaultView>, RegExp]>([
  ['the encrypted file', { kind: 'file' }, /^Goes to the encrypted file and nowhere else\.$/],
  ['memory', { kind: 'session' }, /^Kept until Keystead closes, then it is gone\.$/],
])('the first line says that a key goes to %s', async (_, view, line) => {
  vault.view = vaultView(view);
  open({ is: 'any' });
  expect(screen.getByText(line)).toBeVisible();
  await accessible(screen.getByRole('dialog'));
});

test('into a locked file a key can be saved', async () => {
  vault.view = vaultView({ kind: 'file', state: 'locked' });
  const { user } = open({ is: 'any' });
  expect(screen.getByText('Goes to the encrypted file, which is locked.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: /^Paste/ }));
  await screen.findByText('recognised');
  expect(save()).not.toHaveAttribute('aria-disabled');
});

test('choosing another place for keys keeps the key that is being added', async () => {
  vault.view = vaultView({ state: 'no_provider', identity: null, secrets: 0 });
  rust({ paste_key: () => draft, use_vault: () => vaultView({ kind: 'session', secrets: 0 }) });
  render(Overlays);
  show({ is: 'add', target: { is: 'any' } });
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: /^Paste/ }));
  await screen.findByText('recognised');
  await user.click(screen.getByRole('button', { name: 'This session only…' }));
  await user.click(await screen.findByRole('button', { name: 'This session only' }));
  expect(await screen.findByText(/^Kept until Keystead closes/)).toBeVisible();
  expect(screen.getByText('recognised')).toBeVisible();
  expect(save()).not.toHaveAttribute('aria-disabled');
});
