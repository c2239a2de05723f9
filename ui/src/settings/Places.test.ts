import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import Overlays from '../frame/Overlays.svelte';
import VaultFoot from '../frame/VaultFoot.svelte';
import type { VaultView } from '../ipc/types.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { fileView, holding, vaultView } from '../testing/samples.ts';
import Storage from './Storage.svelte';

const about = () => ({ version: '0.1.0', database: '/db' });
const locked = fileView({ exists: true, state: 'locked' });

function open(view: Partial<VaultView>, answers: Parameters<typeof rust>[0] = {}) {
  const side = rust({ about, ...answers });
  vault.view = vaultView(view);
  render(Storage);
  render(VaultFoot);
  render(Overlays);
  return { ...side, user: userEvent.setup() };
}
const button = (name: string | RegExp) => screen.getByRole('button', { name });

test.each<[string, Partial<VaultView>]>([
  ['no keychain', { state: 'no_provider', identity: null }],
  ['no bus', { state: 'no_bus', identity: null }],
  ['no keyring', { state: 'no_collection' }],
  ['no answer', { state: 'unresponsive' }],
  ['a refusal', { state: 'denied' }],
  ['another keychain', { other: 'KeePassXC', holdings: [holding('keychain', 12, { name: 'KeePassXC', state: null })] }],
])('out of %s lead a file and this session, and neither is taken by itself', async (_, view) => {
  const { user, asked } = open(view);
  expect(button('Use an encrypted file…')).toBeVisible();
  await accessible();
  await user.click(button('This session only…'));
  const dialog = await screen.findByRole('dialog', { name: 'Keep new keys for this session only?' });
  expect(within(dialog).getByRole('button', { name: 'Cancel' })).toHaveProperty('autofocus', true);
  await accessible(dialog);
  await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  await user.click(button('Use an encrypted file…'));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Cancel' }));
  expect(asked('use_vault')).toEqual([]);
  expect(asked('create_file_vault')).toEqual([]);
});

test('where all is well the other places are offered below, and what is in use is said', async () => {
  open({});
  const places = screen.getByRole('region', { name: 'New keys go to' });
  const rows = within(places).getAllByRole('listitem');
  expect(rows.map((row) => row.getAttribute('aria-current'))).toEqual(['true', null, null]);
  expect(rows[0]).toHaveTextContent(/GNOME Keyring.*In use/);
  expect(within(places).getAllByRole('button')).toHaveLength(2);
  await accessible();
});

test('this session only is chosen by its own button, and is in sight afterwards', async () => {
  const { user, asked } = open({}, { use_vault: () => vaultView({ kind: 'session', secrets: 0 }) });
  await user.click(button('This session only…'));
  const dialog = await screen.findByRole('dialog');
  expect(dialog).toHaveTextContent('When Keystead closes, or crashes, they are gone');
  expect(dialog).toHaveTextContent('The 12 keys in GNOME Keyring stay there.');
  await user.click(within(dialog).getByRole('button', { name: 'This session only' }));
  expect(await screen.findByRole('heading', { name: 'This session only' })).toBeVisible();
  expect(screen.getByRole('link')).toHaveTextContent(/This session only\s*Gone when Keystead closes/);
  expect(asked('use_vault')).toEqual([{ req: { kind: 'session' } }]);
  await accessible();
});

test('the open file can be locked, and says when it locks itself', async () => {
  const { user, asked } = open(
    { kind: 'file' },
    { lock_file_vault: () => vaultView({ kind: 'file', state: 'locked' }) },
  );
  expect(screen.getByRole('link')).toHaveTextContent(/Encrypted file\s*Unlocked, locks after 15 min unused/);
  expect(screen.getByText('/home/kestrel/.local/share/keystead/vault')).toBeVisible();
  await accessible();
  await user.click(button('Lock now'));
  expect(await screen.findByRole('heading', { name: 'The encrypted file is locked' })).toBeVisible();
  expect(asked('lock_file_vault')).toHaveLength(1);
});

test.each<[string, Partial<VaultView>, string]>([
  ['locked', { state: 'locked' }, 'The encrypted file is locked'],
  ['gone', { state: 'no_collection', file: fileView() }, 'The encrypted file is gone'],
  ['not to be read', { state: 'denied' }, 'The encrypted file cannot be read'],
])('a file that is %s has its name and its way out', async (_, view, title) => {
  open({ kind: 'file', ...view });
  expect(screen.getByRole('heading', { name: title })).toBeVisible();
  expect(button(/^(Unlock…|Try again)$/)).toBeVisible();
  expect(button('Use the keychain')).toBeVisible();
  await accessible();
});

test('a file that was made before is chosen again, and then opened', async () => {
  const { user, asked } = open({ file: locked }, { use_vault: () => vaultView({ kind: 'file', state: 'locked' }) });
  await user.click(button('Use the encrypted file'));
  expect(await screen.findByRole('dialog', { name: 'Unlock the encrypted file' })).toBeVisible();
  expect(asked('use_vault')).toEqual([{ req: { kind: 'file' } }]);
});

test('back to the keychain is one click, and why it did not work is said', async () => {
  const refuse = () => Promise.reject({ code: 'move_unfinished', message: '' } as unknown as Error);
  const { user, asked } = open({ kind: 'file', holdings: [holding('keychain', 12)] }, { use_vault: refuse });
  await user.click(button('Use GNOME Keyring'));
  expect(await screen.findByRole('alert')).toHaveTextContent('Keys are being moved.');
  expect(asked('use_vault')).toEqual([{ req: { kind: 'keychain' } }]);
});

test('what is kept elsewhere is counted with its place, and opened from here', async () => {
  const holdings = [holding('keychain', 10, { here: true }), holding('file', 2, { state: 'locked' })];
  const { user } = open({ file: locked, holdings });
  expect(screen.getByText('2 keys are in the encrypted file')).toBeVisible();
  await accessible();
  await user.click(button('Unlock…'));
  expect(await screen.findByRole('dialog', { name: 'Unlock the encrypted file' })).toBeVisible();
});

test('a keychain beside the chosen place is unlocked by the desktop', async () => {
  const holdings = [holding('file', 2, { here: true }), holding('keychain', 10, { state: 'locked' })];
  const { user, asked } = open({ kind: 'file', keychain: 'locked', holdings }, { unlock_vault: () => vaultView() });
  await user.click(button('Unlock…'));
  await waitFor(() => expect(asked('unlock_vault')).toHaveLength(1));
});

test('keys of an ended session are counted, and nothing is offered that could not bring them back', async () => {
  const holdings = [holding('keychain', 10, { here: true }), holding('session', 2, { state: null })];
  open({ lost_session: 2, holdings });
  expect(screen.getByText('2 keys were kept for an earlier session only')).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Move/ })).toBeNull();
  await accessible();
});
