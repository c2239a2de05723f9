import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import App from '../App.svelte';
import { accessible, rust } from '../testing/page.ts';
import { key, provider, report, vaultView } from '../testing/samples.ts';

async function open() {
  const providers = [
    provider('openai', 'OpenAI', { keys: [key('openai', 'Work', { last_test: report('invalid_key') })] }),
    provider('cohere', 'Cohere'),
  ];
  const about = () => ({ version: '0.1.0', database: '/db' });
  const side = rust({ list_providers: () => providers, vault_status: () => vaultView(), about });
  render(App);
  await screen.findByRole('heading', { name: 'Your providers' });
  return { ...side, user: userEvent.setup() };
}
const press = (init: KeyboardEventInit) => fireEvent.keyDown(document.activeElement ?? document.body, init);

test('the frame counts what needs attention and shows the vault', async () => {
  await open();
  expect(screen.getByText('1 provider needs attention')).toBeInTheDocument();
  expect(screen.getByText('GNOME Keyring')).toBeVisible();
  expect(document.title).toBe('Providers · Keystead');
  await accessible();
});

test('Ctrl+4 and Ctrl+1 change pages, and the link says which one is open', async () => {
  await open();
  await press({ key: '4', ctrlKey: true });
  expect(await screen.findByRole('heading', { name: 'Where the secrets are' })).toBeVisible();
  expect(screen.getByRole('link', { name: /^Settings/ })).toHaveAttribute('aria-current', 'page');
  expect(screen.getByRole('main')).toHaveFocus();
  await press({ key: '1', ctrlKey: true });
  expect(await screen.findByRole('heading', { name: 'Your providers' })).toBeVisible();
});

test('Ctrl+F searches the catalogue, Ctrl+N adds a key, ? shows the shortcuts', async () => {
  const { user } = await open();
  await press({ key: 'f', ctrlKey: true });
  expect(screen.getByRole('searchbox')).toHaveFocus();
  await press({ key: 'n', ctrlKey: true });
  expect(await screen.findByRole('dialog', { name: 'Add a key' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  (document.activeElement as HTMLElement).blur();
  await press({ key: '?' });
  expect(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await accessible(screen.getByRole('dialog'));
});

test('the palette finds, moves and runs from its field', async () => {
  const { user } = await open();
  await press({ key: 'k', ctrlKey: true });
  const field = await screen.findByRole('combobox');
  await user.type(field, 'op');
  const options = screen.getAllByRole('option').map((one) => one.textContent.trim());
  expect(options[0]).toMatch(/^OpenAI/);
  expect(screen.getByRole('option', { selected: true })).toHaveTextContent('OpenAI');
  await accessible(screen.getByRole('dialog'));
  await user.keyboard('{ArrowDown}{ArrowUp}{Enter}');
  expect(await screen.findByRole('heading', { level: 1, name: 'OpenAI' })).toBeVisible();
});

test('the palette offers to add a key to what is not yours yet', async () => {
  const { user } = await open();
  await press({ key: 'k', ctrlKey: true });
  await user.type(await screen.findByRole('combobox'), 'coh{Enter}');
  expect(await screen.findByRole('dialog', { name: 'Add a key to Cohere' })).toBeVisible();
});

test('the vault is looked at again when the window comes to the front', async () => {
  const { asked } = await open();
  await waitFor(() => expect(asked('vault_status')).toHaveLength(1));
  await fireEvent.focus(window);
  await waitFor(() => expect(asked('vault_status')).toHaveLength(2));
});

test('a file that has locked itself is shown as locked, and a keychain is not asked again and again', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let view = vaultView({ kind: 'file' });
  const { asked } = rust({ list_providers: () => [], vault_status: () => view });
  render(App);
  await screen.findByText('Unlocked, locks after 15 min unused');
  view = vaultView({ kind: 'file', state: 'locked' });
  await vi.advanceTimersByTimeAsync(21_000);
  expect(await screen.findByText('Locked')).toBeVisible();
  const before = asked('vault_status').length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked('vault_status')).toHaveLength(before);
});
