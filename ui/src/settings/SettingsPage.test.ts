import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import AboutPage from '../about/AboutPage.svelte';
import VaultFoot from '../frame/VaultFoot.svelte';
import type { VaultState } from '../ipc/types.ts';
import { settings, usual } from '../state/settings.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { vaultView } from '../testing/samples.ts';
import SettingsPage from './SettingsPage.svelte';

const about = () => ({ version: '0.1.0', database: '/home/me/.local/share/keystead/keystead.db' });
const proof = { write_ms: 4, read_ms: 2, remove_ms: 3, at: Date.now() };

test('a proof shows what was written, read back, compared and removed', async () => {
  const { asked } = rust({ about, prove_vault: () => vaultView({ proof }) });
  vault.view = vaultView();
  render(SettingsPage, { section: 'storage' });
  render(VaultFoot);
  await userEvent.click(screen.getByRole('button', { name: 'Prove' }));
  expect(await screen.findByText('Read back')).toBeVisible();
  expect(screen.getByText('from the keychain, 2 ms')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Prove again' })).toBeVisible();
  expect(screen.getByText('Unlocked, read back OK')).toBeVisible();
  expect(asked('prove_vault')).toHaveLength(1);
  await accessible();
});

test.each<[VaultState, string, string, string]>([
  ['locked', 'GNOME Keyring is locked', 'Unlock…', 'unlock_vault'],
  ['no_collection', 'GNOME Keyring has no keyring yet', 'Create a keyring…', 'create_keyring'],
  ['no_provider', 'No keychain found', 'Try again', 'vault_status'],
  ['no_bus', 'No session bus', 'Try again', 'vault_status'],
  ['unresponsive', 'GNOME Keyring does not answer', 'Try again', 'vault_status'],
  ['denied', 'GNOME Keyring refused access', 'Try again', 'vault_status'],
])('%s has its name, its sentence and its way out', async (state, title, way, command) => {
  const { asked } = rust({ about, [command]: () => vaultView() });
  vault.view = vaultView({ state });
  render(SettingsPage, { section: 'storage' });
  expect(screen.getByRole('heading', { name: title })).toBeVisible();
  await accessible();
  await userEvent.click(screen.getByRole('button', { name: way }));
  await waitFor(() => expect(screen.queryByRole('heading', { name: title })).toBeNull());
  expect(asked(command)).toHaveLength(1);
});

test('keys in another keychain are named with it', () => {
  rust({ about });
  vault.view = vaultView({ other: 'KeePassXC' });
  render(SettingsPage, { section: 'storage' });
  expect(screen.getByText(/Your keys were saved in KeePassXC/)).toBeVisible();
});

test('the colours apply at once, and go back when they cannot be saved', async () => {
  const { asked } = rust({
    save_settings: () => Promise.reject({ code: 'store_busy', message: '' } as unknown as Error),
  });
  render(SettingsPage, { section: 'appearance' });
  await userEvent.click(screen.getByRole('radio', { name: 'Dark' }));
  expect(asked('save_settings')).toEqual([{ req: { scheme: 'dark' } }]);
  expect(await screen.findByRole('alert')).toHaveTextContent('Another Keystead is writing');
  expect(document.documentElement.dataset.scheme).toBeUndefined();
  expect(settings.now.scheme).toBe('system');
  await accessible();
});

test('the clipboard time is saved as seconds', async () => {
  const { asked } = rust({ about, save_settings: ({ req }: { req: object }) => ({ ...usual, ...req }) } as never);
  vault.view = vaultView();
  render(SettingsPage, { section: 'storage' });
  await userEvent.selectOptions(screen.getByRole('combobox'), '60 seconds');
  expect(asked('save_settings')).toMatchObject([{ req: { clipboard_s: 60 } }]);
  settings.now = usual;
});

test('keys are tested again only when that is chosen', async () => {
  const { asked } = rust({ save_settings: ({ req }: { req: object }) => ({ ...usual, ...req }) } as never);
  render(SettingsPage, { section: 'tests' });
  const choice = screen.getByRole('combobox', { name: 'Test keys again' });
  expect(choice).toHaveDisplayValue('Only when I ask');
  await userEvent.selectOptions(choice, 'Every day');
  await userEvent.selectOptions(choice, 'Only when I ask');
  expect(asked('save_settings')).toMatchObject([{ req: { retest_h: 24 } }, { req: { retest_h: null } }]);
  await accessible();
});

test('About names version, places and licences', async () => {
  rust({ about });
  vault.view = vaultView();
  render(AboutPage);
  expect(await screen.findByText('Version 0.1.0')).toBeVisible();
  expect(screen.getByText(/belong to their owners/)).toBeVisible();
  await accessible();
});
