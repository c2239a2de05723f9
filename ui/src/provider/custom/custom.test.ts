import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import Overlays from '../../frame/Overlays.svelte';
import type { ConfigurationRow, HeaderView, ProviderView, SetHeader, SetModels } from '../../ipc/types.ts';
import { catalogue, providerOf } from '../../state/catalogue.svelte.ts';
import { vault } from '../../state/vault.svelte.ts';
import { accessible, rust } from '../../testing/page.ts';
import { key, provider, report, vaultView } from '../../testing/samples.ts';
import ProviderPage from '../ProviderPage.svelte';

const work = key('box', 'Work', { bound_to: 'https://box.example' });
const plain: HeaderView = { name: 'x-team', plain: 'research', hint: null, state: 'active', bound_to: null };
const secret: HeaderView = {
  name: 'x-org-token',
  plain: null,
  hint: { prefix: '', tail: '7dKp' },
  state: 'active',
  bound_to: null,
};
const messages = {
  dialect: 'anthropic' as const,
  base_url: 'https://box.example/anthropic',
  host: 'box.example',
  test_method: 'POST',
  test_url: 'https://box.example/anthropic/v1/messages',
};
const refuse = (code: string, field?: string, line?: number) => () =>
  Promise.reject({ code, message: '', field, line } as unknown as Error);

function open(part: Partial<ProviderView> = {}, answers: Parameters<typeof rust>[0] = {}) {
  const box = provider('box', 'Box', { custom: true, host: 'box.example', keys: [work], ...part });
  const side = rust({ list_providers: () => catalogue.all, vault_status: () => vaultView(), ...answers });
  catalogue.all = [box];
  catalogue.phase = { is: 'ready' };
  vault.view = vaultView();
  render(ProviderPage, { id: 'box' });
  render(Overlays);
  return { ...side, box, user: userEvent.setup() };
}
const now = (part: Partial<ProviderView>) => ({ ...providerOf('box'), ...part });

test('headers show their values, secret ones their last four', async () => {
  open({ headers: [secret, plain] });
  const headers = screen.getByRole('group', { name: 'Headers' });
  expect(headers).toHaveTextContent(/x-org-token\s*…7dKp/);
  expect(headers).toHaveTextContent(/x-team\s*research/);
  await accessible();
});

test('a new header is secret unless it is said not to be; its value leaves as bytes, once', async () => {
  const set = ({ req }: { req: SetHeader }) => now({ headers: [{ ...secret, name: req.name.toLowerCase() }] });
  const { user, asked } = open({}, { draft_header: () => ({ id: 'd1' }), set_header: set as never });
  await user.click(screen.getByRole('button', { name: 'Add header' }));
  const name = screen.getByLabelText('Header name');
  await user.type(name, 'X-Org-Token');
  const value = screen.getByLabelText('Header value');
  expect(value).toHaveAttribute('type', 'password');
  await user.type(value, 'Bearer abc');
  expect(screen.getByText(/sent to box\.example only/)).toBeVisible();
  await accessible();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('x-org-token')).toBeVisible();
  expect(new TextDecoder().decode(asked('draft_header')[0] as Uint8Array)).toBe('Bearer abc');
  expect(asked('set_header')).toEqual([
    { req: { id: 'box', was: null, name: 'X-Org-Token', value: null, draft: 'd1' } },
  ]);
  expect(screen.queryByLabelText('Header value')).toBeNull();
});

test('what is typed survives the switch, and a plain value goes as it is', async () => {
  const { user, asked } = open({ headers: [plain] }, { set_header: () => now({}) });
  await user.click(screen.getByRole('button', { name: 'Edit x-team' }));
  const value = () => screen.getByLabelText('Header value');
  expect(value()).toHaveValue('research');
  await user.clear(value());
  await user.type(value(), 'support');
  await user.click(screen.getByLabelText('Keep secret'));
  await waitFor(() => expect(value()).toHaveValue('support'));
  await user.click(screen.getByLabelText('Keep secret'));
  await waitFor(() => expect(value()).toHaveAttribute('type', 'text'));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() =>
    expect(asked('set_header')).toEqual([
      { req: { id: 'box', was: 'x-team', name: 'x-team', value: 'support', draft: null } },
    ]),
  );
  expect(asked('draft_header')).toHaveLength(0);
});

test('a header that is refused is told where it was typed, and nothing typed is lost', async () => {
  const answers = { draft_header: () => ({ id: 'd1' }), set_header: refuse('header_taken', 'header_name') };
  const { user, asked } = open({}, answers);
  await user.click(screen.getByRole('button', { name: 'Add header' }));
  const name = screen.getByLabelText('Header name');
  await user.type(name, 'x-team');
  await user.type(screen.getByLabelText('Header value'), 'abc');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('This header is there already. Edit that one.')).toBeVisible();
  expect(name).toHaveAttribute('aria-invalid', 'true');
  expect(screen.getByLabelText('Header value')).toHaveValue('abc');
  expect(asked('discard_draft')).toEqual([{ id: 'd1' }]);
  await accessible();
});

test('a secret that is gone, or is another host’s, says so and can be entered again', async () => {
  const away = { ...secret, name: 'x-away', bound_to: 'https://old.example' };
  const { user } = open({ headers: [{ ...secret, state: 'missing' }, away] });
  expect(screen.getByText('Its value is not where it was kept.')).toBeVisible();
  expect(screen.getByText('Entered for old.example. It is not sent anywhere else.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Enter again: x-away' }));
  expect(screen.getByPlaceholderText('Type it again to change x-away.')).toHaveValue('');
  await accessible();
});

test('removing asks for a secret one and not for what can be typed again', async () => {
  const { user, asked } = open({ headers: [secret, plain] }, { remove_header: () => now({ headers: [secret] }) });
  await user.click(screen.getByRole('button', { name: 'Remove x-team' }));
  await waitFor(() => expect(asked('remove_header')).toEqual([{ req: { id: 'box', name: 'x-team' } }]));
  await user.click(await screen.findByRole('button', { name: 'Remove x-org-token' }));
  const dialog = await screen.findByRole('dialog');
  expect(asked('remove_header')).toHaveLength(1);
  await user.click(within(dialog).getByRole('button', { name: 'Remove header' }));
  await waitFor(() => expect(asked('remove_header')).toHaveLength(2));
});

test('a provider of the catalogue has headers, and is otherwise what it is', () => {
  open({ custom: false });
  expect(screen.getByRole('group', { name: 'Headers' })).toBeVisible();
  expect(screen.queryByLabelText('Speaks')).toBeNull();
  expect(screen.queryByLabelText('Models by hand')).toBeNull();
});

test('the dialect is chosen, and the base URL is read anew', async () => {
  const there = { dialect: 'anthropic' as const, base_url: 'https://box.example', test_method: 'POST' };
  const { user, asked } = open({}, { set_dialect: () => now(there) });
  await user.selectOptions(screen.getByLabelText('Speaks'), 'Anthropic messages');
  expect(asked('set_dialect')).toEqual([{ req: { id: 'box', dialect: 'anthropic' } }]);
  await waitFor(() => expect(screen.getByLabelText('Base URL')).toHaveValue('https://box.example'));
});

test('a further dialect has a base URL of its own, a test, and a way out', async () => {
  const view = { ...messages, removed: '/v1/messages', added: null, changes_origin: false };
  const answers = {
    check_base_url: () => view,
    set_url: () => now({ urls: [messages] }),
    test_dialect: () => report('wrong_base_url', { url: messages.test_url }),
  };
  const { user, asked } = open({}, answers);
  await user.selectOptions(screen.getByLabelText('Add another dialect…'), 'Anthropic messages');
  const field = await screen.findByLabelText(/Base URL for Anthropic messages/);
  await waitFor(() => expect(field).toHaveFocus());
  await user.type(field, 'https://box.example/anthropic/v1/messages{Enter}');
  await waitFor(() => expect(field).toHaveValue(messages.base_url));
  expect(asked('set_url')).toEqual([
    { req: { id: 'box', dialect: 'anthropic', base_url: 'https://box.example/anthropic/v1/messages' } },
  ]);
  await user.click(screen.getByRole('button', { name: 'Test Anthropic messages' }));
  expect(await screen.findByText('Wrong base URL')).toBeVisible();
  expect(asked('test_dialect')).toMatchObject([{ req: { id: work.id, dialect: 'anthropic' } }]);
  await accessible();
  await user.click(screen.getByRole('button', { name: 'Remove the base URL for Anthropic messages' }));
  await waitFor(() => expect(asked('set_url')).toHaveLength(2));
});

test('a configuration is saved when its row is left, and an error stands at its row', async () => {
  let code: string | null = null;
  const set = ({ req }: { req: { rows: ConfigurationRow[] } }) =>
    code
      ? refuse(code, 'configuration', 2)()
      : now({ configuration: Object.fromEntries(req.rows.map((row) => [row.name, row.value])) });
  const { user, asked } = open({ configuration: { location: 'eu' } }, { set_configuration: set as never });
  await user.click(screen.getByRole('button', { name: 'Add value' }));
  await waitFor(() => expect(screen.getByLabelText('Name in row 2')).toHaveFocus());
  await user.keyboard('version');
  await user.tab();
  expect(asked('set_configuration')).toHaveLength(0);
  await user.keyboard('2');
  code = 'configuration_secret';
  await user.keyboard('{Enter}');
  expect(await screen.findByText(/^Row 2: This looks like a key/)).toBeVisible();
  expect(screen.getByLabelText('Name in row 2')).toHaveAttribute('aria-invalid', 'true');
  await accessible();
  code = null;
  await user.type(screen.getByLabelText('Value in row 2'), '4{Enter}');
  const rows = [
    { name: 'location', value: 'eu' },
    { name: 'version', value: '24' },
  ];
  await waitFor(() => expect(asked('set_configuration').at(-1)).toEqual({ req: { id: 'box', rows } }));
});

test('models by hand are lines, and an error names its line', async () => {
  let fails = true;
  const set = ({ req }: { req: SetModels }) =>
    fails ? refuse('model_twice', 'models', 3)() : now({ own_models: req.models.filter(Boolean) });
  const { user, asked } = open({ own_models: ['llama3.2'] }, { set_models: set as never });
  const field = screen.getByLabelText('Models by hand');
  expect(field).toHaveValue('llama3.2');
  await user.type(field, '{Enter}qwen3{Enter}QWEN3');
  await user.tab();
  expect(await screen.findByText('Line 3: This model is there twice.')).toBeVisible();
  expect(field).toHaveAttribute('aria-invalid', 'true');
  fails = false;
  await user.type(field, '{Backspace}{Backspace}{Backspace}{Backspace}{Backspace}{Backspace}');
  await user.tab();
  await waitFor(() =>
    expect(asked('set_models').at(-1)).toEqual({ req: { id: 'box', models: ['llama3.2', 'qwen3'] } }),
  );
  expect(screen.getByRole('status', { name: 'Saved' })).toBeVisible();
});
