import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { DraftView } from '../ipc/types.ts';
import { catalogue } from '../state/catalogue.svelte.ts';
import { overlay, show } from '../state/overlay.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { inVariable, provider, report, vaultView } from '../testing/samples.ts';
import AddKeyDialog from './AddKeyDialog.svelte';

const openai = provider('openai', 'OpenAI');
const draft = (set: boolean): DraftView => ({
  id: 'd1',
  hint: null,
  reference: { name: 'OPENAI_API_KEY', set },
  cleaned: [],
  fits: ['openai'],
  otherwise: ['openai'],
  duplicate_of: null,
  duplicates_checked: true,
  form: 'bare',
  variable: 'OPENAI_API_KEY',
  base_url: null,
  more: [],
});

beforeEach(() => {
  catalogue.phase = { is: 'ready' };
  catalogue.all = [openai];
  vault.view = vaultView();
});

function open(answers: Parameters<typeof rust>[0] = {}) {
  const target = { is: 'provider', provider: openai } as const;
  const side = rust({
    draft_key: () => draft(true),
    list_providers: () => catalogue.all,
    vault_status: () => vault.view,
    add_key: () => inVariable('openai', 'OPENAI_API_KEY'),
    test_key: () => report('connected'),
    ...answers,
  });
  show({ is: 'add', target });
  render(AddKeyDialog, { props: { target } });
  return { ...side, user: userEvent.setup() };
}
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const sent = (asked: unknown[]) => asked.map((one) => new TextDecoder().decode(one as Uint8Array));

test('an environment variable is a third way, and its name is all that is saved', async () => {
  const { user, asked } = open();
  await user.click(button('Use an environment variable'));
  expect(screen.getByText('Stays in the environment. Only its name is saved.')).toBeVisible();
  await accessible();
  await user.type(screen.getByLabelText('Environment variable'), 'OPENAI_API_KEY{Enter}');
  expect(await screen.findByText('OPENAI_API_KEY', { exact: false })).toBeVisible();
  expect(sent(asked('draft_key'))).toEqual(['env.OPENAI_API_KEY']);
  expect(screen.getByPlaceholderText('Environment')).toBeVisible();
  await accessible();
  await user.click(button(/^Save/));
  await waitFor(() => expect(overlay.open).toBeNull());
  expect(asked('add_key')).toMatchObject([{ req: { draft: 'd1' } }]);
});

test('the usual variables of a provider are one click away', async () => {
  const { user, asked } = open();
  await user.click(button('Use an environment variable'));
  await user.click(button('OPENAI_API_KEY'));
  await waitFor(() => expect(sent(asked('draft_key'))).toEqual(['env.OPENAI_API_KEY']));
});

test('a variable that is not set can be saved, and it is said that it is not', async () => {
  const unset = inVariable('openai', 'OPENAI_API_KEY', { variable: { name: 'OPENAI_API_KEY', set: false } });
  const { user, asked } = open({ draft_key: () => draft(false), add_key: () => unset });
  await user.click(button('Use an environment variable'));
  await user.click(button('OPENAI_API_KEY'));
  expect(await screen.findByText(/^OPENAI_API_KEY is not set where Keystead was started\./)).toBeVisible();
  await user.click(button(/^Save/));
  await waitFor(() => expect(overlay.open).toBeNull());
  expect(asked('test_key')).toHaveLength(0);
});

test('what is no name is refused at the field, and is not lost', async () => {
  const refuse = () => Promise.reject({ code: 'variable_invalid', message: '', field: 'secret' } as unknown as Error);
  const { user } = open({ draft_key: refuse });
  await user.click(button('Use an environment variable'));
  await user.type(screen.getByLabelText('Environment variable'), 'MY-KEY{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('This is not a variable’s name.');
  expect(screen.getByLabelText('Environment variable')).toHaveValue('MY-KEY');
  await accessible();
});

test('a reference that is typed where a key belongs is known as one', async () => {
  const { user } = open();
  await user.type(screen.getByLabelText(/^Key/), 'env.OPENAI_API_KEY');
  await user.tab();
  expect(await screen.findByText('Stays in the environment. Only its name is saved.')).toBeVisible();
});

test('with no place for secrets a reference can be saved all the same', async () => {
  vault.view = vaultView({ state: 'no_provider', identity: null, secrets: 0 });
  const { user } = open();
  await user.click(button('Use an environment variable'));
  await user.click(button('OPENAI_API_KEY'));
  await screen.findByText('recognised');
  expect(button(/^Save/)).not.toHaveAttribute('aria-disabled');
});
