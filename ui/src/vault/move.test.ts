import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import Overlays from '../frame/Overlays.svelte';
import type { MoveFailure, MoveView, VaultView } from '../ipc/types.ts';
import ProvidersPage from '../providers/ProvidersPage.svelte';
import Storage from '../settings/Storage.svelte';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { holding, vaultView } from '../testing/samples.ts';

const about = () => ({ version: '0.1.0', database: '/db' });

/** So many of twelve keys are in the file, the others still in the keychain. */
function at(arrived: number, part: Partial<VaultView> = {}): VaultView {
  const file = arrived > 0 ? [holding('file', arrived, { here: true })] : [];
  const keychain = arrived < 12 ? [holding('keychain', 12 - arrived)] : [];
  return vaultView({ kind: 'file', holdings: [...file, ...keychain], ...part });
}
const moving = (left: number) => ({ moving: { to: 'file' as const, left, total: 13 } });
const step = (arrived: number, left: number, failed: MoveFailure[] = []): MoveView => ({
  moved: 5,
  left,
  failed,
  vault: at(arrived, left > 0 || failed.length > 0 ? moving(left) : {}),
});

function open(view: VaultView, answers: Parameters<typeof rust>[0]) {
  const side = rust({ about, list_providers: () => [], ...answers });
  vault.view = view;
  render(Storage);
  render(Overlays);
  return { ...side, user: userEvent.setup() };
}
const button = (name: string | RegExp) => screen.getByRole('button', { name });

test('moving asks, says what will happen, and calls until nothing is left', async () => {
  const steps = [step(5, 8), step(10, 3), step(12, 0)];
  const { user, asked } = open(at(0), { move_keys: () => steps.shift() });
  await user.click(button('Move 12 keys to the encrypted file…'));
  const dialog = await screen.findByRole('dialog', { name: 'Move 12 keys to the encrypted file?' });
  expect(dialog).toHaveTextContent('Each is written to the encrypted file, read back and compared.');
  expect(dialog).toHaveTextContent('When all are over, they are deleted from GNOME Keyring.');
  expect(within(dialog).getByRole('button', { name: 'Cancel' })).toHaveProperty('autofocus', true);
  await accessible(dialog);
  expect(asked('move_keys')).toEqual([]);
  await user.click(button('Move 12 keys'));
  expect(await screen.findByText('12 keys are in the encrypted file now.')).toBeVisible();
  await accessible(screen.getByRole('dialog'));
  await user.click(button('Done'));
  expect(asked('move_keys')).toEqual(Array(3).fill({ req: { to: 'file' } }));
  expect(asked('list_providers')).toHaveLength(1);
  expect(screen.queryByText(/keys are in GNOME Keyring/)).toBeNull();
});

test('Cancel stops after the keys that are on their way', async () => {
  let answer: (view: MoveView) => void = () => {};
  const { user, asked } = open(at(0), {
    move_keys: () => new Promise<MoveView>((resolve) => (answer = resolve)),
    stop_moving: () => at(5),
  });
  await user.click(button(/^Move 12 keys/));
  await user.click(await screen.findByRole('button', { name: 'Move 12 keys' }));
  expect(await screen.findByRole('progressbar')).toHaveAttribute('max', '12');
  expect(screen.getByText('0 of 12 moved')).toBeVisible();
  await accessible(screen.getByRole('dialog'));
  await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Cancel' }));
  expect(screen.getByText('Cancelling…')).toBeVisible();
  answer(step(5, 8));
  expect(await screen.findByText('5 of 12 moved. The others are where they were.')).toBeVisible();
  expect(asked('move_keys')).toHaveLength(1);
  expect(asked('stop_moving')).toHaveLength(1);
});

test('what could not be moved is named with its reason, and can be tried again or let be', async () => {
  const failed: MoveFailure[] = [{ name: { id: '1', provider: 'Groq', name: 'CI' }, code: 'vault_locked' }];
  const { user, asked } = open(at(0), { move_keys: () => step(11, 0, failed), stop_moving: () => at(11) });
  await user.click(button(/^Move 12 keys/));
  await user.click(await screen.findByRole('button', { name: 'Move 12 keys' }));
  const dialog = await screen.findByRole('dialog', { name: 'Not all keys were moved' });
  expect(dialog).toHaveTextContent(/11 of 12 moved\. One could not be:\s*Groq \/ CI\s*Your keys are locked\./);
  await accessible(dialog);
  await user.click(button('Try again'));
  await waitFor(() => expect(asked('move_keys')).toHaveLength(2));
  await user.click(await screen.findByRole('button', { name: 'Leave them there' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(asked('stop_moving')).toHaveLength(1);
});

test('a move that breaks says why and can go on', async () => {
  let broken = true;
  const move = () => (broken ? Promise.reject({ code: 'vault_locked', message: '' } as unknown as Error) : step(12, 0));
  const { user } = open(at(0), { move_keys: move });
  await user.click(button(/^Move 12 keys/));
  await user.click(await screen.findByRole('button', { name: 'Move 12 keys' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Your keys are locked.');
  broken = false;
  await user.click(button('Try again'));
  expect(await screen.findByText('12 keys are in the encrypted file now.')).toBeVisible();
});

test('a move that was interrupted is continued from where it is', async () => {
  const { user, asked } = open(at(5, moving(8)), { move_keys: () => step(12, 0) });
  const banner = screen.getByRole('region', { name: 'A move to the encrypted file was interrupted' });
  expect(banner).toHaveTextContent('7 keys are still where they were. None is lost.');
  await accessible();
  await user.click(button('Continue'));
  expect(await screen.findByText('7 keys are in the encrypted file now.')).toBeVisible();
  expect(asked('move_keys')).toHaveLength(1);
});

test('or stopped, also from Providers', async () => {
  const { asked } = rust({ list_providers: () => [], stop_moving: () => at(5) });
  vault.view = at(5, moving(8));
  render(ProvidersPage);
  await userEvent.click(button('Stop'));
  await waitFor(() => expect(screen.queryByText(/was interrupted/)).toBeNull());
  expect(asked('stop_moving')).toHaveLength(1);
});

test('keys that are safe are not offered to be moved into memory', () => {
  open(vaultView({ kind: 'session', holdings: [holding('keychain', 12)] }), {});
  expect(screen.getByText('12 keys are in GNOME Keyring')).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Move/ })).toBeNull();
});
