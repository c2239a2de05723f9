import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import Overlays from '../frame/Overlays.svelte';
import type { Code } from '../ipc/types.ts';
import { show, type Overlay } from '../state/overlay.svelte.ts';
import { toast } from '../state/toast.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { fileView, vaultView } from '../testing/samples.ts';

const words = 'correct horse battery';
const bytes = (text: string) => new TextEncoder().encode(text);
const refuse = (code: Code, field?: string) => () => Promise.reject({ code, message: '', field } as unknown as Error);

async function open(is: 'create-file' | 'unlock-file' | 'change-passphrase', answers: Parameters<typeof rust>[0]) {
  const side = rust({ list_providers: () => [], ...answers });
  vault.view ??= vaultView({ kind: is === 'create-file' ? 'keychain' : 'file', state: 'locked' });
  render(Overlays);
  show({ is } as Overlay);
  await screen.findByRole('dialog');
  return { ...side, user: userEvent.setup() };
}
const field = (name: string): HTMLInputElement => screen.getByLabelText(name);
/** The button of the form; with several fields happy-dom knows no Enter. */
const submit = () => screen.getByRole('button', { name: /^(Create and use it|Change passphrase)$/ });
const gone = () => waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());

test('a file is made with a passphrase that was typed twice, sent once as bytes, and wiped', async () => {
  const sent: Uint8Array[] = [];
  const make = (args: Uint8Array) => {
    sent.push(args);
    return vaultView({ kind: 'file', secrets: 0 });
  };
  const { user, asked } = await open('create-file', { create_file_vault: make });
  expect(field('Passphrase')).toHaveAttribute('type', 'password');
  expect(field('Passphrase')).toHaveAttribute('autocomplete', 'off');
  expect(screen.getByText('/home/kestrel/.local/share/keystead/vault')).toBeVisible();
  expect(screen.getByText(/the keys inside are lost/)).toBeVisible();
  await accessible(screen.getByRole('dialog'));
  const [first, second] = [field('Passphrase'), field('The same again')];
  await user.type(first, words);
  await user.type(second, words);
  await user.click(submit());
  await gone();
  expect(asked('create_file_vault')).toEqual([bytes(words)]);
  expect(sent[0]).toEqual(new Uint8Array(bytes(words).length));
  expect([first.value, second.value]).toEqual(['', '']);
  expect(vault.view?.kind).toBe('file');
  expect(toast.text).toBe('New keys go to the encrypted file now.');
});

test('the length is told while it is typed; too short and not the same stay at their fields', async () => {
  const { user, asked } = await open('create-file', {});
  await user.type(field('Passphrase'), 'short');
  await user.click(submit());
  expect(await screen.findByText('A passphrase has 12 characters or more.')).toBeVisible();
  expect(field('Passphrase')).toHaveFocus();
  await user.type(field('Passphrase'), 'er one');
  expect(screen.getByText('1 more character is needed.')).toBeVisible();
  await user.type(field('Passphrase'), 's, three more words');
  expect(screen.getByText('Good length, if nobody can guess it.')).toBeVisible();
  await user.type(field('The same again'), 'something else');
  await user.click(submit());
  expect(await screen.findByText(/The two are not the same/)).toBeVisible();
  expect(field('The same again')).toHaveFocus();
  await accessible(screen.getByRole('dialog'));
  expect(asked('create_file_vault')).toEqual([]);
});

test('while it is made the dialog says so and stays', async () => {
  let finish: (view: unknown) => void = () => {};
  const { user } = await open('create-file', { create_file_vault: () => new Promise((resolve) => (finish = resolve)) });
  await user.type(field('Passphrase'), words);
  await user.type(field('The same again'), words);
  await user.click(submit());
  expect(await screen.findByRole('button', { name: 'Creating…' })).toHaveAttribute('aria-busy', 'true');
  expect(screen.queryByRole('button', { name: 'Close' })).toBeNull();
  const escape = new Event('cancel', { cancelable: true });
  screen.getByRole('dialog').dispatchEvent(escape);
  expect(escape.defaultPrevented).toBe(true);
  finish(vaultView({ kind: 'file' }));
  await gone();
});

test('what Rust refuses is told where it belongs', async () => {
  const { user } = await open('create-file', { create_file_vault: refuse('vault_exists') });
  await user.type(field('Passphrase'), words);
  await user.type(field('The same again'), words);
  await user.click(submit());
  expect(await screen.findByRole('alert')).toHaveTextContent('There is an encrypted file already.');
  expect(field('Passphrase')).toHaveValue(words);
});

test('a wrong passphrase stays in its field, selected, and the right one opens', async () => {
  let right = false;
  const unlock = () => (right ? vaultView({ kind: 'file' }) : refuse('passphrase_wrong', 'passphrase')());
  const status = () => vaultView({ kind: 'file', state: 'locked' });
  const { user, asked } = await open('unlock-file', { unlock_file_vault: unlock, vault_status: status });
  const input = field('Passphrase');
  await user.type(input, 'not this one, no{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('This is not the passphrase. Try again.');
  expect(input).toHaveValue('not this one, no');
  await waitFor(() => expect([input.selectionStart, input.selectionEnd]).toEqual([0, 16]));
  expect(screen.getByText(/Nobody can open the file without it/)).toBeVisible();
  await accessible(screen.getByRole('dialog'));
  right = true;
  await user.clear(input);
  await user.type(input, `${words}{Enter}`);
  await gone();
  expect(asked('unlock_file_vault')).toEqual([bytes('not this one, no'), bytes(words)]);
  expect(input).toHaveValue('');
  expect(vault.view?.state).toBe('ready');
});

test('too many wrong ones are counted down, and nothing is sent meanwhile', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const file = (wait_s: number | null) => fileView({ exists: true, state: 'locked', wait_s });
  vault.view = vaultView({ kind: 'file', state: 'locked', file: file(8) });
  const { asked } = await open('unlock-file', { unlock_file_vault: () => vaultView({ kind: 'file' }) });
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  await user.type(field('Passphrase'), words);
  expect(screen.getByRole('alert')).toHaveTextContent('Too many wrong passphrases.');
  expect(screen.getByRole('button', { name: /^Unlock in \d s$/ })).toHaveAttribute('aria-disabled', 'true');
  await accessible(screen.getByRole('dialog'));
  await user.keyboard('{Enter}');
  expect(asked('unlock_file_vault')).toEqual([]);
  await vi.advanceTimersByTimeAsync(8500);
  const button = screen.getByRole('button', { name: 'Unlock' });
  expect(button).not.toHaveAttribute('aria-disabled');
  await user.click(button);
  expect(asked('unlock_file_vault')).toHaveLength(1);
});

test('a damaged file is told in its own words', async () => {
  const answers = { unlock_file_vault: refuse('vault_damaged'), vault_status: () => vault.view };
  const { user } = await open('unlock-file', answers);
  await user.type(field('Passphrase'), `${words}{Enter}`);
  expect(await screen.findByRole('alert')).toHaveTextContent('is damaged or has been changed');
});

test('a changed passphrase leaves with the old one, its length first', async () => {
  const { user, asked } = await open('change-passphrase', { change_passphrase: () => null });
  await accessible(screen.getByRole('dialog'));
  await user.type(field('Old passphrase'), 'älter als zwölf');
  await user.type(field('New passphrase'), words);
  await user.type(field('The same again'), words);
  await user.click(submit());
  await gone();
  const old = bytes('älter als zwölf');
  expect(asked('change_passphrase')).toEqual([new Uint8Array([0, 0, 0, old.length, ...old, ...bytes(words)])]);
  expect(toast.text).toBe('The passphrase is changed.');
});

test('an old passphrase that is wrong is told at the old one, and the new one stays', async () => {
  const { user } = await open('change-passphrase', { change_passphrase: refuse('passphrase_wrong', 'passphrase') });
  await user.type(field('Old passphrase'), 'not this one, no');
  await user.type(field('New passphrase'), words);
  await user.type(field('The same again'), words);
  await user.click(submit());
  expect(await screen.findByText('This is not the passphrase. Try again.')).toBeVisible();
  expect(field('Old passphrase')).toHaveFocus();
  expect(field('New passphrase')).toHaveValue(words);
});
