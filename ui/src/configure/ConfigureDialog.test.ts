import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { AddConfigured, DraftView, EditConfigured, FieldView, FormView, TestConfigured } from '../ipc/types.ts';
import { catalogue } from '../state/catalogue.svelte.ts';
import { hide, overlay, show } from '../state/overlay.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { key, provider, report, vaultView } from '../testing/samples.ts';
import ConfigureDialog from './ConfigureDialog.svelte';

const field = (name: string, label: string, part: Partial<FieldView> = {}): FieldView => ({
  name,
  label,
  help: '',
  kind: 'text',
  placeholder: '',
  required: false,
  options: [],
  env: [],
  modes: [],
  advanced: false,
  ...part,
});

const shape: FormView = {
  placed: true,
  modes: [
    { name: 'key', label: 'API key', help: 'One of the two keys.', method: 'header' },
    { name: 'entra', label: 'Entra ID', help: 'An app registration.', method: 'entra_client_credentials' },
  ],
  fields: [
    field('endpoint', 'Endpoint', { kind: 'url', placeholder: 'https://my-resource.openai.azure.com', required: true }),
    field('key', 'Key', { kind: 'secret', required: true, modes: ['key'] }),
    field('client_secret', 'Client secret', { kind: 'secret', required: true, modes: ['entra'] }),
    field('auth_credentials', 'Key file', { kind: 'file', modes: ['entra'] }),
    field('deployments', 'Deployments', { kind: 'map' }),
    field('batch_buckets', 'S3 buckets', { kind: 'buckets' }),
    field('use_it', 'Use it', { kind: 'flag' }),
    field('scopes', 'Scopes', { kind: 'list', advanced: true, modes: ['entra'] }),
  ],
};
const azure = () => provider('azure', 'Azure OpenAI', { form: shape });
const draft = (id: string, part: Partial<DraftView> = {}): DraftView => ({
  id,
  hint: { prefix: '', tail: '9xQ2' },
  cleaned: [],
  form: 'bare',
  variable: null,
  base_url: null,
  fits: [],
  duplicate_of: null,
  duplicates_checked: true,
  more: [],
  reference: null,
  otherwise: [],
  ...part,
});

beforeEach(() => {
  vault.view = vaultView();
  catalogue.all = [azure()];
  hide();
});

test('is filled in, tested and saved; its secret leaves as bytes and comes back as a mask', async () => {
  const user = userEvent.setup();
  const asked = rust({
    draft_key: () => draft('d1'),
    test_configured: () => report('connected'),
    add_configured: () => key('azure', 'Default'),
    list_providers: () => [azure()],
  });
  render(ConfigureDialog, { provider: azure(), form: shape });
  await user.type(screen.getByLabelText('Endpoint'), 'https://x.openai.azure.com');
  await user.type(screen.getByLabelText('Key'), 'abc{Enter}');
  await screen.findByRole('button', { name: 'Replace: Key' });
  await user.click(screen.getByRole('group', { name: 'Deployments (optional)' }).querySelector('button') as Element);
  await user.type(screen.getByLabelText('Deployments, row 1: name'), 'gpt-5');
  await user.type(screen.getByLabelText('Deployments, row 1: stands for'), 'mine');
  await user.click(screen.getByRole('checkbox', { name: 'Use it' }));
  await accessible();
  await user.click(screen.getByRole('button', { name: 'Test' }));
  await screen.findByText('Connected');
  const config = {
    mode: 'key',
    values: { endpoint: 'https://x.openai.azure.com', deployments: { 'gpt-5': 'mine' }, use_it: true },
  };
  const [tested] = asked.asked('test_configured') as { req: TestConfigured }[];
  expect(tested?.req).toMatchObject({ provider: 'azure', config, parts: { key: 'd1' } });
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(asked.asked('add_configured')).toHaveLength(1));
  const [added] = asked.asked('add_configured') as { req: AddConfigured }[];
  expect(added?.req).toMatchObject({ provider: 'azure', config, parts: { key: 'd1' }, tested: tested?.req.run });
});

test('a fault stands at its field, with what one looks like, and leaves when it is typed in', async () => {
  const user = userEvent.setup();
  rust({
    test_configured: () => {
      throw { code: 'config_invalid', message: '', field: 'config', input: 'endpoint' } as unknown as Error;
    },
  });
  render(ConfigureDialog, { provider: azure(), form: shape });
  await user.click(screen.getByRole('button', { name: 'Test' }));
  await screen.findByText('This does not fit here. It looks like https://my-resource.openai.azure.com.');
  expect(screen.getByLabelText('Endpoint').getAttribute('aria-invalid')).toBe('true');
  await accessible();
  await user.type(screen.getByLabelText('Endpoint'), 'x');
  expect(screen.queryByText('This does not fit here.', { exact: false })).toBeNull();
});

test('another way to sign in asks for other things', async () => {
  const user = userEvent.setup();
  rust({ choose_key_file: () => draft('f1', { hint: { prefix: 'key file ', tail: 'cdef' } }) });
  render(ConfigureDialog, { provider: azure(), form: shape });
  await user.click(screen.getByRole('radio', { name: 'Entra ID' }));
  expect(screen.queryByLabelText('Key')).toBeNull();
  screen.getByLabelText('Client secret');
  await user.click(screen.getByRole('button', { name: 'Choose file…' }));
  await screen.findByRole('button', { name: 'Replace: Key file' });
  await accessible();
});

test('a reference is said to be set or not, and is saved as a name', async () => {
  const user = userEvent.setup();
  const asked = rust({
    check_variable: ({ name }: { name: string }) => ({ name, set: name === 'AZURE_ENDPOINT' }),
    edit_configured: () => key('azure', 'Work'),
    list_providers: () => [azure()],
  });
  const saved = key('azure', 'Work', {
    config: {
      config: { mode: 'key', values: { endpoint: 'https://x.openai.azure.com' }, secrets: ['key'] },
      way: 'API key',
      method: 'header',
      base_url: 'https://x.openai.azure.com',
      host: 'x.openai.azure.com',
      test_url: 'https://x.openai.azure.com/openai/models',
    },
  });
  render(ConfigureDialog, { provider: azure(), form: shape, key: saved });
  screen.getByText('saved');
  const endpoint = screen.getByLabelText('Endpoint');
  await user.clear(endpoint);
  await user.type(endpoint, 'env.AZURE_ENDPOINT');
  await screen.findByText('AZURE_ENDPOINT is set. It is read when it is used.');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(asked.asked('edit_configured')).toHaveLength(1));
  const [edited] = asked.asked('edit_configured') as { req: EditConfigured }[];
  expect(edited?.req.values).toMatchObject({ endpoint: 'env.AZURE_ENDPOINT', deployments: null });
  expect(edited?.req.parts).toEqual({});
});

test('of buckets one is the default, also when that one goes', async () => {
  const user = userEvent.setup();
  rust({});
  render(ConfigureDialog, { provider: azure(), form: shape });
  const add = screen.getByRole('button', { name: 'Add a bucket' });
  await user.click(add);
  await user.click(add);
  const [first, second] = screen.getAllByRole<HTMLInputElement>('radio', { name: 'Default' });
  expect([first?.checked, second?.checked]).toEqual([true, false]);
  await user.click(screen.getByRole('button', { name: 'Remove row 1' }));
  expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Default' }).checked).toBe(true);
  await accessible();
});

test('adding to a provider that is where its form says opens the form', () => {
  show({ is: 'add', target: { is: 'provider', provider: azure() } });
  expect(overlay.open?.is).toBe('configure');
  show({ is: 'add', target: { is: 'provider', provider: provider('openai', 'OpenAI') } });
  expect(overlay.open?.is).toBe('add');
});
