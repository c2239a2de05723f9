import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { CheckBaseUrl, DraftView } from '../ipc/types.ts';
import { catalogue } from '../state/catalogue.svelte.ts';
import { overlay, show, type Target } from '../state/overlay.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { key, provider, report, vaultView } from '../testing/samples.ts';
import AddKeyDialog from './AddKeyDialog.svelte';

const openai = provider('openai', 'OpenAI', { keys: [key('openai', 'Work')] });
const anthropic = provider('anthropic', 'Anthropic');
const moonshot = provider('moonshotai', 'Moonshot', {
  regions: [{ name: 'China', base_url: 'https://api.moonshot.cn/v1', host: 'api.moonshot.cn' }],
});
const draft = (id: string, part: Partial<DraftView> = {}): DraftView => ({
  id,
  hint: { prefix: 'sk-', tail: `${id}00` },
  reference: null,
  cleaned: [],
  fits: ['openai'],
  otherwise: ['openai'],
  duplicate_of: null,
  duplicates_checked: true,
  form: 'environment',
  variable: 'OPENAI_API_KEY',
  base_url: null,
  more: [],
  ...part,
});
const two = () =>
  draft('d1', {
    more: [draft('d2', { fits: ['anthropic'], otherwise: ['anthropic'], variable: 'ANTHROPIC_AUTH_TOKEN' })],
  });
const gateway = draft('d1', { fits: [], base_url: 'https://llm.example.com/v1/chat/completions' });
const view = ({ req }: { req: CheckBaseUrl }) => ({
  base_url: req.text.replace('/chat/completions', ''),
  host: new URL(req.text).host,
  test_url: `${req.text.replace('/chat/completions', '')}/models`,
  removed: req.text.includes('/chat') ? '/chat/completions' : null,
  added: null,
  changes_origin: true,
});

beforeEach(() => {
  catalogue.phase = { is: 'ready' };
  catalogue.all = [openai, anthropic, moonshot];
  vault.view = vaultView();
});

async function paste(pasted: DraftView, answers: Parameters<typeof rust>[0] = {}, target: Target = { is: 'any' }) {
  const side = rust({
    paste_key: () => pasted,
    check_base_url: view as never,
    list_providers: () => catalogue.all,
    vault_status: () => vault.view,
    add_key: () => key('openai', 'Default'),
    test_key: () => report('connected'),
    ...answers,
  });
  show({ is: 'add', target });
  render(AddKeyDialog, { props: { target } });
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: /^Paste/ }));
  return { ...side, user };
}
const button = (name: string | RegExp) => screen.getByRole('button', { name });

test('several keys are shown with hint, variable and provider, and added one after the other', async () => {
  const { user, asked } = await paste(two());
  await screen.findByText('2 keys were found. Which are to be added?');
  const [first, second] = screen.getAllByRole('listitem');
  expect(first).toHaveTextContent(/OpenAI\s*sk-…d100\s*OPENAI_API_KEY/);
  expect(second).toHaveTextContent(/Anthropic\s*sk-…d200\s*ANTHROPIC_AUTH_TOKEN/);
  await accessible();
  expect(button(/^Test/)).toHaveAttribute('aria-disabled', 'true');
  expect(asked('test_draft')).toHaveLength(0);
  await user.click(button('Go on with 2 keys'));
  expect(await screen.findByText('Key 1 of 2')).toBeVisible();
  await user.type(screen.getByLabelText('Name'), 'Mine');
  await user.click(button('Save, then the next'));
  expect(await screen.findByText('Key 2 of 2')).toBeVisible();
  expect(screen.getByLabelText('Name')).toHaveValue('');
  await accessible();
  await user.click(button(/^Save/));
  await waitFor(() => expect(overlay.open).toBeNull());
  expect(asked('add_key')).toMatchObject([
    { req: { provider: { id: 'openai' }, name: 'Mine', draft: 'd1' } },
    { req: { provider: { id: 'anthropic' }, name: '', draft: 'd2' } },
  ]);
});

test('what is not ticked is wiped, and so is what is skipped or left', async () => {
  const { user, asked } = await paste(two());
  await user.click(await screen.findByRole('checkbox', { name: /Anthropic/ }));
  await user.click(button('Go on with 1 key'));
  await screen.findByText('recognised');
  await waitFor(() => expect(asked('discard_draft')).toEqual([{ id: 'd2' }]));
});

test('skipping one goes on with the next', async () => {
  const { user, asked } = await paste(two());
  await user.click(await screen.findByRole('button', { name: 'Go on with 2 keys' }));
  await user.click(await screen.findByRole('button', { name: 'Skip this one' }));
  expect(await screen.findByText('Key 2 of 2')).toBeVisible();
  expect(asked('discard_draft')).toEqual([{ id: 'd1' }]);
  expect(asked('add_key')).toHaveLength(0);
});

test('one that is saved already is not ticked', async () => {
  const known = { ...two(), duplicate_of: { id: 'k', provider: 'OpenAI', name: 'Work' } };
  await paste(known);
  expect(await screen.findByRole('checkbox', { name: /OpenAI/ })).not.toBeChecked();
  expect(screen.getByText('The same key is saved as Work of OpenAI.')).toBeVisible();
});

test('a replacement is one key of them', async () => {
  const work = openai.keys[0] ?? key('openai', 'Work');
  const { user } = await paste(two(), {}, { is: 'replace', provider: openai, key: work });
  await user.click(await screen.findByRole('radio', { name: /Anthropic/ }));
  expect(screen.getByRole('radio', { name: /OpenAI/ })).not.toBeChecked();
  await accessible();
});

test('an address that stood with the key is asked about, and nothing is sent before', async () => {
  const { user, asked } = await paste(gateway, { test_draft: () => report('connected') });
  expect(await screen.findByText('Found with it: llm.example.com')).toBeVisible();
  expect(screen.getByText('/chat/completions')).toBeVisible();
  expect(button(/^Test/)).toHaveAttribute('title', 'Use the address found with it, or ignore it, first.');
  expect(button(/^Save/)).toHaveAttribute('aria-disabled', 'true');
  await accessible();
  await user.click(button('Use'));
  expect(screen.getByLabelText('Name of the provider')).toHaveValue('llm.example.com');
  expect(screen.getByLabelText('Base URL')).toHaveValue('https://llm.example.com/v1/chat/completions');
  await user.click(button(/^Test/));
  await waitFor(() =>
    expect(asked('test_draft')).toMatchObject([
      { req: { provider: { kind: 'custom', base_url: 'https://llm.example.com/v1/chat/completions' } } },
    ]),
  );
});

test('an address that is ignored leaves the key to its name and shape', async () => {
  const { user, asked } = await paste(gateway);
  await user.click(await screen.findByRole('button', { name: 'Ignore' }));
  expect(await screen.findByText('recognised')).toBeVisible();
  expect(screen.getByText('Found with it and ignored: llm.example.com.')).toBeVisible();
  await user.click(button(/^Save/));
  await waitFor(() =>
    expect(asked('add_key')).toMatchObject([{ req: { provider: { kind: 'existing', id: 'openai' } } }]),
  );
  expect(asked('add_key')).not.toMatchObject([{ req: { provider: { base_url: expect.anything() } } }]);
});

test('the provider’s own address is no question', async () => {
  await paste(draft('d1', { base_url: 'https://api.openai.com/v1/chat/completions' }));
  expect(await screen.findByText('recognised')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Use' })).toBeNull();
  expect(button(/^Save/)).not.toHaveAttribute('aria-disabled');
});

test('the address of another region moves the provider there, when that is said', async () => {
  const pasted = draft('d1', { fits: ['moonshotai'], base_url: 'https://api.moonshot.cn/v1' });
  const { user, asked } = await paste(pasted);
  await user.click(await screen.findByRole('button', { name: 'Use' }));
  await user.click(button(/^Save/));
  await waitFor(() =>
    expect(asked('add_key')).toMatchObject([
      { req: { provider: { kind: 'existing', id: 'moonshotai', base_url: 'https://api.moonshot.cn/v1' } } },
    ]),
  );
});

test('an address no key may go to can only be ignored', async () => {
  const refuse = () => Promise.reject({ code: 'url_plain_http', message: '', field: 'base_url' } as unknown as Error);
  await paste(gateway, { check_base_url: refuse });
  expect(await screen.findByRole('alert')).toHaveTextContent('Over http the key would travel unencrypted.');
  expect(screen.queryByRole('button', { name: 'Use' })).toBeNull();
  expect(button('Ignore')).toBeVisible();
});

test('a rejected key can be tried in another region, and used there, each by a click', async () => {
  const answers = {
    test_draft: ({ req }: { req: { provider: { base_url?: string } } }) =>
      report(req.provider.base_url ? 'connected' : 'invalid_key'),
  };
  const pasted = draft('d1', { fits: ['moonshotai'], otherwise: ['moonshotai'] });
  const { user, asked } = await paste(pasted, answers as never);
  await screen.findByText('recognised');
  await user.click(button(/^Test/));
  const regions = await screen.findByRole('group', { name: 'Other regions of Moonshot' });
  expect(regions).toHaveTextContent('Trying sends this key to that host of Moonshot.');
  await accessible();
  expect(asked('test_draft')).toHaveLength(1);
  await user.click(within(regions).getByRole('button', { name: 'Try at api.moonshot.cn' }));
  expect(await screen.findByText('api.moonshot.cn accepts this key.')).toBeVisible();
  await user.click(button('Use api.moonshot.cn'));
  await screen.findByText('Connected');
  expect(screen.getByText('Will be bound to api.moonshot.cn')).toBeVisible();
  await user.click(button(/^Save/));
  await waitFor(() =>
    expect(asked('add_key')).toMatchObject([{ req: { provider: { base_url: 'https://api.moonshot.cn/v1' } } }]),
  );
});
