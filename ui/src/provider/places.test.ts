import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import Overlays from '../frame/Overlays.svelte';
import type { KeyView, VaultView } from '../ipc/types.ts';
import ProviderCard from '../providers/ProviderCard.svelte';
import { catalogue } from '../state/catalogue.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { fileView, holding, key, provider, report, checkView, vaultView } from '../testing/samples.ts';
import ProviderPage from './ProviderPage.svelte';

function open(part: Partial<KeyView>, view: Partial<VaultView> = {}, answers: Parameters<typeof rust>[0] = {}) {
  const side = rust({ list_providers: () => catalogue.all, vault_status: () => vault.view, ...answers });
  catalogue.all = [provider('openai', 'OpenAI', { keys: [key('openai', 'Work', part)] })];
  catalogue.phase = { is: 'ready' };
  vault.view = vaultView(view);
  render(ProviderPage, { id: 'openai' });
  render(Overlays);
  return { ...side, user: userEvent.setup() };
}
const both = (state: 'ready' | 'locked') => ({
  file: fileView({ exists: true, state }),
  holdings: [holding('keychain', 10, { here: true }), holding('file', 2, { state })],
});

test('a key in the chosen vault says nothing of places, one in another says which', async () => {
  open({}, both('ready'));
  expect(screen.queryByText(/^In /)).toBeNull();
  catalogue.all = [provider('openai', 'OpenAI', { keys: [key('openai', 'Work', { vault: 'file' })] })];
  expect(await screen.findByText('In the encrypted file')).toBeVisible();
  await accessible();
});

test('where its vault is locked the key says so and opens it', async () => {
  const { user } = open({ vault: 'file' }, both('locked'));
  expect(screen.getByText(/Its secret is in the encrypted file, which is locked\./)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Unlock…' }));
  expect(await screen.findByRole('dialog', { name: 'Unlock the encrypted file' })).toBeVisible();
});

test('that a key could not be read is news only while its own vault is shut', () => {
  const shut = report('vault_unavailable', { cause: 'vault_locked' });
  open({ vault: 'file', last_test: shut }, both('locked'));
  expect(screen.getByText('File unavailable')).toBeVisible();
});

test('a missing secret is looked for again, or entered again, and never deleted', async () => {
  const found = checkView({ present: 0 });
  const { user, asked, calls } = open({ state: 'missing' }, {}, { check_storage: () => found });
  expect(screen.getByText('Its secret is not where it was kept.')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Test Work' })).toBeNull();
  await accessible();
  await user.click(screen.getByRole('button', { name: 'Look again: Work' }));
  expect(await screen.findByText('Its secret is still not where it was kept.')).toBeVisible();
  expect(asked('check_storage')).toHaveLength(1);
  await user.click(screen.getByRole('button', { name: 'Enter again: Work' }));
  expect(await screen.findByRole('dialog', { name: 'Replace the key “Work”' })).toBeVisible();
  expect(calls.map((call) => call.command).filter((name) => /remove|delete/.test(name))).toEqual([]);
});

test('a secret that is back is shown as it is', async () => {
  const found = checkView({ present: 1 });
  const back = () => [provider('openai', 'OpenAI', { keys: [key('openai', 'Work')] })];
  const { user } = open({ state: 'missing' }, {}, { check_storage: () => found, list_providers: back });
  await user.click(screen.getByRole('button', { name: 'Look again: Work' }));
  await waitFor(() => expect(screen.queryByText('Secret missing')).toBeNull());
  expect(screen.getByRole('button', { name: 'Test Work' })).toBeVisible();
});

test('a key of an ended session can only be entered again', async () => {
  open({ state: 'missing', vault: 'session' });
  expect(screen.getByText('It was kept for one session only: enter it again.')).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Look again/ })).toBeNull();
  await accessible();
});

test('its card says so too, and its button leads there', async () => {
  rust({});
  catalogue.all = [
    provider('openai', 'OpenAI', { keys: [key('openai', 'Work', { state: 'missing', vault: 'session' })] }),
  ];
  vault.view = vaultView({ lost_session: 1 });
  render(ProviderCard, { provider: catalogue.all[0] as never });
  render(Overlays);
  expect(screen.getByText('Kept for one session only. Enter it again.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Enter again: Work of OpenAI' }));
  expect(await screen.findByRole('dialog', { name: 'Replace the key “Work”' })).toBeVisible();
});
