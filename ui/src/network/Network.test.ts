import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import Overlays from '../frame/Overlays.svelte';
import type { CheckBaseUrl, ConsentView, EditNetwork } from '../ipc/types.ts';
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

test('what is typed while an answer is on its way stays, and what was refused is sent again', async () => {
  let broken = false;
  const { asked } = rust({
    get_network: () => networkView(),
    edit_network: async ({ req }: { req: EditNetwork }) => {
      await new Promise((done) => setTimeout(done, 50));
      return broken ? refuse('store_busy', 'timeout') : networkView(req);
    },
  } as never);
  render(SettingsPage, { section: 'network' });
  const timeout = await screen.findByRole('textbox', { name: 'Timeout' });
  await userEvent.type(timeout, '20{Enter}');
  await userEvent.clear(timeout);
  await userEvent.type(timeout, '25');
  await new Promise((done) => setTimeout(done, 80));
  expect(timeout).toHaveValue('25');
  broken = true;
  await userEvent.type(timeout, '{Enter}');
  await waitFor(() => expect(timeout).toBeInvalid());
  broken = false;
  await userEvent.type(timeout, '{Enter}');
  await waitFor(() => expect(timeout).toBeValid());
  expect(asked('edit_network').map((one) => (one as { req: EditNetwork }).req.timeout_s)).toEqual([20, 25, 25]);
});

test('a file of certificates is chosen in a native dialog, and what is wrong with it is told at once', async () => {
  const answers = [
    () => null,
    () => refuse('ca_file_unreadable', 'ca_file'),
    () => '/home/me/words.txt',
    () => '/home/me/company.pem',
  ];
  const { asked } = rust({
    get_network: () => networkView(),
    choose_ca_file: () => answers.shift()?.(),
    edit_network: ({ req }: { req: EditNetwork }) =>
      req.ca_file?.endsWith('.txt') ? refuse('ca_file_not_pem', 'ca_file') : networkView(req, { authorities: 2 }),
  } as never);
  const choose = async () => userEvent.click(await screen.findByRole('button', { name: 'Choose file…' }));
  render(SettingsPage, { section: 'network' });
  const file = await screen.findByRole('textbox', { name: 'Certificates' });
  await choose();
  expect(file).not.toBeInvalid();
  await choose();
  expect(await screen.findByText(/This file cannot be read/)).toBeVisible();
  expect(asked('edit_network')).toEqual([]);
  await choose();
  expect(await screen.findByText(/This is not a PEM file/)).toBeVisible();
  expect(file).toHaveValue('/home/me/words.txt');
  expect(file).toBeInvalid();
  await choose();
  await waitFor(() => expect(file).not.toBeInvalid());
  expect(asked('edit_network').at(-1)).toEqual({ req: { provider: null, ca_file: '/home/me/company.pem' } });
  expect(file).toHaveValue('/home/me/company.pem');
  expect(screen.getByRole('status', { name: 'Saved' })).toBeVisible();
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

const nas: ConsentView = {
  origin: 'http://nas.local:8080',
  host: 'nas.local:8080',
  given_at: 1_763_000_000_000,
  providers: ['My box'],
};

test('plain http to one’s own network is allowed by typing the host, and then saved', async () => {
  let given = false;
  const at = (base_url: string) => provider('openai', 'OpenAI', { base_url, host: 'nas.local:8080', consent: true });
  const { asked } = rust({
    get_network: () => networkView({ provider: 'openai' }),
    check_base_url: ({ req }: { req: CheckBaseUrl }) =>
      given
        ? { base_url: req.text, host: 'nas.local:8080', test_url: req.text, removed: null, added: null }
        : refuse('url_lan_http', 'base_url'),
    give_consent: () => ((given = true), [nas]),
    edit_provider: ({ req }: { req: { base_url: string } }) => at(req.base_url),
    list_providers: () => [],
  } as never);
  render(Connection, { provider: provider('openai', 'OpenAI') });
  const field = screen.getByRole('textbox', { name: 'Base URL' });
  await userEvent.clear(field);
  await userEvent.type(field, 'http://nas.local:8080/v1');
  expect(await screen.findByText(/Over http anyone on this network could read the key/)).toBeVisible();
  const host = screen.getByRole('textbox', { name: /unencrypted to nas.local:8080/ });
  const allow = screen.getByRole('button', { name: 'Allow' });
  await userEvent.type(host, 'nas.local');
  expect(allow).toHaveAttribute('aria-disabled', 'true');
  await userEvent.click(allow);
  expect(asked('give_consent')).toEqual([]);
  await accessible();
  await userEvent.type(host, ':8080');
  await userEvent.click(allow);
  expect(asked('give_consent')).toEqual([{ req: { base_url: 'http://nas.local:8080/v1', host: 'nas.local:8080' } }]);
  await waitFor(() =>
    expect(asked('edit_provider')).toEqual([{ req: { id: 'openai', base_url: 'http://nas.local:8080/v1' } }]),
  );
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Allow' })).toBeNull());
});

test('a provider whose consent was taken back asks for it again, and says so while it is given', async () => {
  rust({ get_network: () => networkView({ provider: 'box' }, { proxy_by: 'plain_http' }) });
  const box = { base_url: 'http://nas.local:8080/v1', host: 'nas.local:8080', custom: true };
  const { unmount } = render(Connection, { provider: provider('box', 'My box', { ...box, consent: false }) });
  expect(screen.getByRole('textbox', { name: /unencrypted to nas.local:8080/ })).toBeVisible();
  expect(await screen.findByText(/Plain http goes directly/)).toBeVisible();
  await accessible();
  unmount();
  render(Connection, { provider: provider('box', 'My box', { ...box, consent: true }) });
  expect(screen.getByText(/Keys travel unencrypted to nas.local:8080, as you allowed/)).toBeVisible();
  expect(screen.getByRole('link', { name: 'Network settings' })).toHaveAttribute('href', '#/settings/network');
});

test('consents are listed with who uses them, and revoked', async () => {
  const { asked } = rust({
    get_network: () => networkView(),
    list_consents: () => [nas],
    revoke_consent: () => [],
    list_providers: () => [],
  });
  render(SettingsPage, { section: 'network' });
  expect(await screen.findByText(/Used by My box/)).toBeVisible();
  await accessible();
  await userEvent.click(screen.getByRole('button', { name: 'Revoke: nas.local:8080' }));
  expect(asked('revoke_consent')).toEqual([{ origin: 'http://nas.local:8080' }]);
  expect(await screen.findByText(/Keys travel unencrypted to nobody/)).toBeVisible();
});

test('a proxy’s user name and password leave the page as bytes, and are forgotten on a click', async () => {
  const chosen = () =>
    networkView({ proxy: 'http://proxy.example:3128' }, { proxy: 'proxy.example:3128', proxy_by: 'all' });
  const { asked } = rust({
    get_network: chosen,
    keep_proxy_login: (bytes: Uint8Array) =>
      bytes.length > 16 ? { ...chosen(), proxy_login: 'saved' } : refuse('proxy_login_invalid', 'proxy_user'),
    forget_proxy_login: chosen,
  } as never);
  render(SettingsPage, { section: 'network' });
  render(Overlays);
  await userEvent.click(await screen.findByRole('button', { name: 'Enter them…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Sign in to proxy.example:3128' });
  await userEvent.type(screen.getByRole('textbox', { name: 'User name' }), ':');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.getByText(/A user name has no colon/)).toBeVisible());
  await accessible(dialog);
  const user = screen.getByRole('textbox', { name: 'User name' });
  await userEvent.clear(user);
  await userEvent.type(user, 'me');
  await userEvent.type(screen.getByLabelText('Password'), 'pass word');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('Its user name and password are kept with your keys.')).toBeVisible();
  const sent = asked('keep_proxy_login').at(-1) as Uint8Array;
  expect(new TextDecoder().decode(sent)).toBe('\0\0\0\0\0\0\0\x02me\0\0\0\x09pass word');
  expect(screen.queryByRole('dialog')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Forget' }));
  expect(asked('forget_proxy_login')).toEqual([{ provider: null }]);
  expect(await screen.findByText('No user name or password is sent.')).toBeVisible();
});
