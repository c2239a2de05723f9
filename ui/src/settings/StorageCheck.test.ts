import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import Overlays from '../frame/Overlays.svelte';
import type { Leftover } from '../ipc/types.ts';
import { accessible, rust } from '../testing/page.ts';
import { checkView, vaultView } from '../testing/samples.ts';
import StorageCheck from './StorageCheck.svelte';

const left = (part: Partial<Leftover> = {}): Leftover => ({
  entry: '8d1c.v1',
  vault: 'keychain',
  own: false,
  provider: 'openai',
  label: 'Work',
  hint: { prefix: 'sk-', tail: '9xQ2' },
  part: null,
  hosts: ['https://api.openai.com'],
  ...part,
});
const found = checkView;

test('all is well is said so, and only when asked', async () => {
  const { asked } = rust({ check_storage: () => found(), vault_status: () => vaultView(), list_providers: () => [] });
  render(StorageCheck, { vault: vaultView({ secrets: 12 }) });
  expect(asked('check_storage')).toHaveLength(0);
  await userEvent.click(screen.getByRole('button', { name: 'Check now' }));
  expect(await screen.findByText('12 in the keychain, 12 in the list')).toBeVisible();
  expect(screen.getByRole('status')).toHaveTextContent('Nothing lost, nothing left behind.');
  await accessible();
});

test('what is damaged is named apart from what is missing', async () => {
  const [missing, damaged] = [
    [{ id: '1', provider: 'Groq', name: 'CI' }],
    [{ id: '2', provider: 'OpenAI', name: 'Work' }],
  ];
  rust({
    check_storage: () => found({ present: 1, missing, damaged }),
    vault_status: () => vaultView(),
    list_providers: () => [],
  });
  render(StorageCheck, { vault: vaultView({ secrets: 3 }) });
  await userEvent.click(screen.getByRole('button', { name: 'Check now' }));
  expect(await screen.findByText('OpenAI / Work')).toBeVisible();
  expect(screen.getByText(/damaged, or is another key’s/)).toBeVisible();
  expect(screen.getAllByText('Its secret is not where it was kept.')).toHaveLength(1);
  expect(screen.getByRole('status')).toHaveTextContent('2 missing or damaged, 0 left over.');
  await accessible();
});

test('the list itself is looked at, too', async () => {
  let now = found();
  rust({ check_storage: () => now, vault_status: () => vaultView(), list_providers: () => [] });
  render(StorageCheck, { vault: vaultView({ secrets: 12 }) });
  await userEvent.click(screen.getByRole('button', { name: 'Check now' }));
  expect(await screen.findByText('The database is whole, and only you can read it.')).toBeVisible();
  now = found({ exposed: true });
  await userEvent.click(screen.getByRole('button', { name: 'Check again' }));
  expect(await screen.findByText(/Other users of this computer can read/)).toBeVisible();
  now = found({ intact: false, exposed: true });
  await userEvent.click(screen.getByRole('button', { name: 'Check again' }));
  expect(await screen.findByText(/The database is damaged/)).toBeVisible();
  await accessible();
});

test('what is missing is named, what is left can be added back', async () => {
  let leftovers = [left(), left({ entry: '8d1c.v2', provider: null, label: null, hint: null, hosts: [] })];
  const missing = [{ id: '1', provider: 'Groq', name: 'CI' }];
  const { asked } = rust({
    check_storage: () => found({ present: 0, missing, leftovers }),
    adopt_leftovers: () => ((leftovers = []), { adopted: [], belongings: [], failed: [] }),
    vault_status: () => vaultView(),
    list_providers: () => [],
  });
  render(StorageCheck, { vault: vaultView({ secrets: 1 }) });
  await userEvent.click(screen.getByRole('button', { name: 'Check now' }));
  expect(await screen.findByText('Groq / CI')).toBeVisible();
  expect(screen.getByText('An entry that cannot be read')).toBeVisible();
  expect(screen.getAllByRole('button', { name: 'Add back: openai / Work' })).toHaveLength(1);
  await accessible();
  await userEvent.click(screen.getByRole('button', { name: /^Add back/ }));
  expect(asked('adopt_leftovers')).toEqual([{ entries: ['8d1c.v1'] }]);
  expect(await screen.findByText('Groq / CI')).toBeVisible();
  expect(screen.queryByText('An entry that cannot be read')).toBeNull();
});

test('a provider’s missing secret is named, and its page is where to enter it again', async () => {
  const one = { id: '1', provider: 'box', owner: 'My box', part: 'header:x-org', name: 'x-org' };
  rust({
    check_storage: () => found({ missing_belongings: [one, { ...one, id: '2', provider: null, owner: 'Keystead' }] }),
    vault_status: () => vaultView(),
    list_providers: () => [],
  });
  render(StorageCheck, { vault: vaultView() });
  await userEvent.click(screen.getByRole('button', { name: 'Check now' }));
  expect(await screen.findByText('My box / x-org')).toBeVisible();
  expect(screen.getByRole('status')).toHaveTextContent('2 missing or damaged, 0 left over.');
  expect(screen.getByRole('link', { name: 'Enter again: My box / x-org' })).toHaveAttribute('href', '#/providers/box');
  expect(screen.getAllByRole('link')).toHaveLength(1);
  await accessible();
});

test('deleting asks first, with the focus on Cancel', async () => {
  const { asked } = rust({
    check_storage: () => found({ leftovers: [left()] }),
    delete_leftovers: () => 1,
    vault_status: () => vaultView(),
    list_providers: () => [],
  });
  render(Overlays);
  render(StorageCheck, { vault: vaultView() });
  await userEvent.click(screen.getByRole('button', { name: 'Check now' }));
  await userEvent.click(await screen.findByRole('button', { name: /^Delete…/ }));
  expect(await screen.findByRole('button', { name: 'Cancel' })).toHaveProperty('autofocus', true);
  expect(asked('delete_leftovers')).toHaveLength(0);
  await userEvent.click(screen.getByRole('button', { name: 'Delete entry' }));
  expect(asked('delete_leftovers')).toEqual([{ entries: ['8d1c.v1'] }]);
});

test('a locked keychain says so and nothing else changes', async () => {
  rust({ check_storage: () => Promise.reject({ code: 'vault_locked', message: '' }) });
  render(StorageCheck, { vault: vaultView() });
  await userEvent.click(screen.getByRole('button', { name: 'Check now' }));
  expect(await screen.findByText(/locked/)).toBeVisible();
});
