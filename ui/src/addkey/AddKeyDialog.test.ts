import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { DraftView, Error as Fault } from '../ipc/types.ts';
import { catalogue } from '../state/catalogue.svelte.ts';
import { overlay, show, type Target } from '../state/overlay.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { key, provider, report, vaultView } from '../testing/samples.ts';
import AddKeyDialog from './AddKeyDialog.svelte';

const typed = 'sk-or-v1-0123456789abcdef';
const draft = (part: Partial<DraftView> = {}): DraftView => ({
  id: 'd1',
  hint: { prefix: 'sk-or-', tail: 'cdef' },
  reference: null,
  cleaned: [],
  fits: ['openrouter'],
  otherwise: ['openrouter'],
  duplicate_of: null,
  duplicates_checked: true,
  form: 'bare',
  variable: null,
  base_url: null,
  more: [],
  ...part,
});
const refuse = (fault: Fault) => () => Promise.reject(fault as unknown as Error);

beforeEach(() => {
  catalogue.phase = { is: 'ready' };
  catalogue.all = [
    provider('openai', 'OpenAI'),
    provider('openrouter', 'OpenRouter'),
    provider('deepseek', 'DeepSeek'),
  ];
  vault.view = vaultView();
});

function open(answers: Parameters<typeof rust>[0], target: Target = { is: 'any' }) {
  const side = rust({
    paste_key: () => draft(),
    list_providers: () => catalogue.all,
    vault_status: () => vaultView(),
    ...answers,
  });
  show({ is: 'add', target });
  render(AddKeyDialog, { props: { target } });
  return { ...side, user: userEvent.setup() };
}

const field = () => screen.getByLabelText<HTMLInputElement>(/^Key/);
const button = (name: RegExp) => screen.getByRole('button', { name });

test('the empty dialog says where a key goes and what a test will ask', async () => {
  open({});
  expect(screen.getByText('Goes to GNOME Keyring and nowhere else.')).toBeVisible();
  expect(screen.getByText('the certificate is right')).toBeVisible();
  expect(button(/^Save/)).toHaveAttribute('aria-disabled', 'true');
  await accessible();
});

test('a typed key leaves as bytes, once, and the field is gone', async () => {
  const { user, asked } = open({ draft_key: () => draft() });
  await user.type(field(), typed);
  await user.tab();
  await screen.findByText('recognised');
  expect(asked('draft_key')).toEqual([new TextEncoder().encode(typed)]);
  expect(document.body.innerHTML).not.toContain(typed);
  expect(screen.queryByLabelText(/^Key/)).toBeNull();
  expect(screen.getByText('cdef', { exact: false })).toBeVisible();
  await accessible();
});

test('Test sends what is typed first, and the result names its run when the key is saved', async () => {
  const { user, asked } = open({
    draft_key: () => draft(),
    test_draft: () => report('connected'),
    add_key: () => key('openrouter', 'Default'),
  });
  await user.type(field(), typed);
  await user.click(button(/^Test/));
  await screen.findByText('Nothing is saved yet');
  await user.click(button(/^Save/));
  await waitFor(() => expect(overlay.open).toBeNull());
  const [tested] = asked('test_draft') as { req: { run: string; draft: string } }[];
  expect(asked('draft_key')).toHaveLength(1);
  expect(tested?.req.draft).toBe('d1');
  expect(asked('add_key')).toEqual([
    { req: { provider: { kind: 'existing', id: 'openrouter' }, name: '', draft: 'd1', tested: tested?.req.run } },
  ]);
  expect(asked('test_key')).toHaveLength(0);
});

test('a key that was saved untested is tested right after', async () => {
  const saved = key('openrouter', 'Default');
  const { user, asked } = open({ add_key: () => saved, test_key: () => report('connected') });
  await user.click(button(/^Paste/));
  await screen.findByText('recognised');
  await user.click(button(/^Save/));
  await waitFor(() => expect(asked('test_key')).toMatchObject([{ req: { id: saved.id } }]));
  expect(asked('add_key')).toMatchObject([{ req: { tested: null } }]);
});

test('a refusal stands at the key field and what was typed is not lost', async () => {
  const { user } = open({ draft_key: refuse({ code: 'secret_mask', message: '', field: 'secret' }) });
  await user.type(field(), 'sk-…9xQ2');
  await user.tab();
  expect(await screen.findByText(/This is the masked form of a key/)).toBeVisible();
  expect(field()).toHaveAttribute('aria-invalid', 'true');
  expect(field()).toHaveValue('sk-…9xQ2');
  await accessible();
});

test('a name that is taken is told at the name', async () => {
  const { user } = open({ add_key: refuse({ code: 'name_taken', message: '', field: 'name' }) });
  await user.click(button(/^Paste/));
  await user.type(await screen.findByLabelText('Name'), 'Work');
  await user.click(button(/^Save/));
  expect(await screen.findByText('This name is in use. Choose another.')).toBeVisible();
  expect(screen.getByLabelText('Name')).toHaveValue('Work');
  expect(overlay.open).not.toBeNull();
});

test('a key that is here already is named, and the refusal stands at the key', async () => {
  const double = draft({ duplicate_of: { id: 'k', provider: 'OpenRouter', name: 'Work' } });
  const { user } = open({
    paste_key: () => double,
    add_key: refuse({ code: 'secret_duplicate', message: '', field: 'secret' }),
  });
  await user.click(button(/^Paste/));
  expect(await screen.findByText('The same key is saved as Work of OpenRouter.')).toBeVisible();
  await user.click(button(/^Save/));
  expect(await screen.findByRole('alert')).toHaveTextContent('The same key is saved as Work of OpenRouter.');
  expect(screen.queryByText(/This key is saved already/)).toBeNull();
});

test('a shape that several providers share is asked about', async () => {
  const { user } = open({ paste_key: () => draft({ fits: ['openai', 'deepseek'] }) });
  await user.click(button(/^Paste/));
  await screen.findByText('Several providers use keys like this. Choose one.');
  expect(button(/^Save/)).toHaveAttribute('title', 'Choose the provider first.');
  const group = screen.getByRole('group', { name: 'Fits this key' });
  expect(
    within(group)
      .getAllByRole('option')
      .map((one) => one.textContent),
  ).toEqual(['OpenAI', 'DeepSeek']);
  await user.selectOptions(screen.getByLabelText('Provider'), 'deepseek');
  expect(button(/^Save/)).not.toHaveAttribute('aria-disabled');
});

test('a key of another provider is warned about, and allowed', async () => {
  const openai = catalogue.all[0] ?? provider('openai', 'OpenAI');
  const { user } = open({}, { is: 'provider', provider: openai });
  await user.click(button(/^Paste/));
  expect(await screen.findByText(/looks like a key of OpenRouter, not of OpenAI/)).toBeVisible();
  expect(button(/^Save/)).not.toHaveAttribute('aria-disabled');
  await user.click(button(/^Use OpenRouter/));
  expect(screen.getByText('recognised')).toBeVisible();
});

test('an answer to what was tested before is dropped', async () => {
  let answer: (value: unknown) => void = () => undefined;
  const { user, asked } = open({ test_draft: () => new Promise((resolve) => (answer = resolve)) });
  await user.click(button(/^Paste/));
  await screen.findByText('recognised');
  await user.click(button(/^Test/));
  await waitFor(() => expect(asked('test_draft')).toHaveLength(1));
  await user.click(button(/^Replace/));
  answer(report('connected'));
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(screen.getByText('Not tested')).toBeVisible();
  expect(asked('cancel_test')).toHaveLength(1);
  expect(asked('discard_draft')).toEqual([{ id: 'd1' }]);
});

test('a failed test explains itself and does not forbid saving', async () => {
  const failed = report('invalid_key', { provider_code: 'invalid_api_key', request_id: 'req_8f2c' });
  const { user } = open({ test_draft: () => failed });
  await user.click(button(/^Paste/));
  await screen.findByText('recognised');
  await user.click(button(/^Test/));
  expect(await screen.findByText('OpenRouter does not know this key.')).toBeVisible();
  expect(screen.getByText('401 · invalid_api_key · req_8f2c')).toBeInTheDocument();
  expect(button(/^Save anyway/)).not.toHaveAttribute('aria-disabled');
  await accessible();
});

test('closing discards the draft', async () => {
  const { user, asked } = open({});
  await user.click(button(/^Paste/));
  await screen.findByText('recognised');
  await user.click(button(/^Cancel/));
  expect(overlay.open).toBeNull();
  cleanup();
  await waitFor(() => expect(asked('discard_draft')).toEqual([{ id: 'd1' }]));
});

test('Ctrl+V outside a field reads the clipboard from Rust', async () => {
  const { asked } = open({});
  await fireEvent.keyDown(screen.getByRole('dialog'), { key: 'v', ctrlKey: true });
  await screen.findByText('recognised');
  expect(asked('paste_key')).toHaveLength(1);
});

test('a key pasted by its shortcut leaves the focus on what is still missing', async () => {
  open({});
  button(/^Paste/).focus();
  await fireEvent.keyDown(document.body, { key: 'v', ctrlKey: true });
  await screen.findByText('recognised');
  await waitFor(() => expect(screen.getByLabelText('Name')).toHaveFocus());
});

test('a refused name is told at its field, which gets the focus and keeps what was typed', async () => {
  const { user } = open({ add_key: refuse({ code: 'name_taken', message: '', field: 'name' }) });
  await user.click(button(/^Paste/));
  await user.type(await screen.findByLabelText('Name'), 'Work');
  await user.click(button(/^Save/));
  await waitFor(() => expect(screen.getByLabelText('Name')).toHaveFocus());
  expect(screen.getByLabelText('Name')).toHaveValue('Work');
  expect(screen.getByText('This name is in use. Choose another.')).toBeVisible();
});

test('Test and Stop are one button, which keeps the focus', async () => {
  const { user } = open({ test_draft: () => new Promise(() => undefined) });
  await user.click(button(/^Paste/));
  await screen.findByText('recognised');
  const test = button(/^Test/);
  await user.click(test);
  await screen.findByText('Stop');
  expect(test).toHaveFocus();
  await user.click(test);
  expect(test).toHaveTextContent('Test');
  expect(test).toHaveFocus();
});
