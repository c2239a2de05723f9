import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { EditNetwork } from '../ipc/types.ts';
import Connection from '../provider/Connection.svelte';
import SettingsPage from '../settings/SettingsPage.svelte';
import { accessible, rust } from '../testing/page.ts';
import { networkView, provider } from '../testing/samples.ts';

const refuse = (code: string, field: string) => Promise.reject({ code, field, message: '' } as unknown as Error);
const proxy = () => screen.findByRole('combobox', { name: 'Proxy' });

test('all providers: a proxy is chosen by its address, and what holds is said', async () => {
  const { asked } = rust({
    get_network: () => networkView(),
    edit_network: ({ req }: { req: EditNetwork }) => networkView(req, { proxy: 'proxy.example:3128', proxy_by: 'all' }),
  } as never);
  render(SettingsPage, { section: 'network' });
  expect(await screen.findByText('Requests go directly: the system names no proxy.')).toBeVisible();
  await userEvent.selectOptions(await proxy(), 'This one:');
  expect(asked('edit_network')).toEqual([]);
  const address = screen.getByRole('textbox', { name: 'Address of the proxy' });
  await userEvent.type(address, 'http://proxy.example:3128{Enter}');
  expect(asked('edit_network')).toEqual([{ req: { provider: null, proxy: 'http://proxy.example:3128' } }]);
  expect(await screen.findByText('Requests go through proxy.example:3128, as chosen in Settings.')).toBeVisible();
  expect(screen.getByRole('status', { name: 'Saved' })).toBeVisible();
  await accessible();
});

test('what is refused is told at its field, and stays to be mended', async () => {
  const { asked } = rust({
    get_network: () => networkView(),
    edit_network: ({ req }: { req: EditNetwork }) =>
      req.ca_file ? refuse('ca_file_not_pem', 'ca_file') : refuse('timeout_invalid', 'timeout'),
  } as never);
  render(SettingsPage, { section: 'network' });
  const file = await screen.findByRole('textbox', { name: 'Certificates' });
  await userEvent.type(file, '/home/me/words.txt{Enter}');
  expect(await screen.findByText(/This is not a PEM file/)).toBeVisible();
  expect(file).toHaveValue('/home/me/words.txt');
  expect(file).toBeInvalid();
  const timeout = screen.getByRole('textbox', { name: 'Timeout' });
  await userEvent.type(timeout, '4.5{Enter}');
  expect(await screen.findByText('Use 1 to 300 seconds.')).toBeVisible();
  expect(asked('edit_network').at(-1)).toEqual({ req: { provider: null, timeout_s: 0 } });
  expect(screen.getByText(/This is not a PEM file/)).toBeVisible();
  await accessible();
});

test('one provider: as for all until it is chosen otherwise; what few need is folded away', async () => {
  const { asked } = rust({
    get_network: ({ provider }: { provider: string }) =>
      networkView({ provider }, { proxy: 'proxy.example:3128', proxy_by: 'all' }),
    edit_network: ({ req }: { req: EditNetwork }) => networkView(req, { proxy_by: 'provider' }),
  } as never);
  render(Connection, { provider: provider('openai', 'OpenAI') });
  expect(await proxy()).toHaveDisplayValue('As for all providers');
  expect(screen.getByText(/through proxy.example:3128, as chosen in Settings/)).toBeVisible();
  expect(screen.queryByRole('textbox', { name: 'Timeout' })).toBeNull();
  await userEvent.selectOptions(await proxy(), 'None');
  expect(asked('edit_network')).toEqual([{ req: { provider: 'openai', proxy: 'none' } }]);
  expect(await screen.findByText('Requests go directly.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Certificates and timeout' }));
  expect(screen.getByRole('textbox', { name: 'Timeout' })).toBeVisible();
  await accessible();
});

test('a certificate file that has gone away since is told without a test', async () => {
  rust({
    get_network: () =>
      networkView({ provider: 'openai' }, { ca_file: '/company.pem', ca_by: 'all', ca_fault: 'ca_file_unreadable' }),
  });
  render(Connection, { provider: provider('openai', 'OpenAI') });
  await waitFor(() => expect(screen.getByText(/This file cannot be read/)).toBeVisible());
  expect(screen.getByRole('textbox', { name: 'Certificates' })).toHaveAttribute('placeholder', '/company.pem');
});
