import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { catalogue } from '../state/catalogue.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { key, provider, report, vaultView } from '../testing/samples.ts';
import ProviderPage from './ProviderPage.svelte';

const china = { name: 'China', base_url: 'https://api.moonshot.cn/v1', host: 'api.moonshot.cn' };
const rejected = key('moonshotai', 'Work', { last_test: report('invalid_key') });

function open(answers: Parameters<typeof rust>[0], keys = [rejected]) {
  const side = rust({ list_providers: () => catalogue.all, vault_status: () => vaultView(), ...answers });
  catalogue.all = [provider('moonshotai', 'Moonshot', { keys, regions: [china] })];
  catalogue.phase = { is: 'ready' };
  vault.view = vaultView();
  render(ProviderPage, { id: 'moonshotai' });
  return { ...side, user: userEvent.setup() };
}

test('a saved key that is rejected can be tried in another region, which keeps nothing', async () => {
  const { user, asked } = open({ try_region: () => report('invalid_key') });
  await accessible();
  expect(asked('try_region')).toHaveLength(0);
  await user.click(screen.getByRole('button', { name: 'Try at api.moonshot.cn' }));
  expect(await screen.findByText('api.moonshot.cn: Key rejected')).toBeVisible();
  expect(asked('try_region')).toMatchObject([{ req: { id: rejected.id, base_url: china.base_url } }]);
  expect(asked('use_region')).toHaveLength(0);
});

test('where it is accepted it can be used, and what that means for other keys is said', async () => {
  const answers = {
    try_region: () => report('connected'),
    use_region: () => rejected,
    test_key: () => report('connected'),
  };
  const { user, asked } = open(answers, [rejected, key('moonshotai', 'Home')]);
  await user.click(screen.getByRole('button', { name: 'Try at api.moonshot.cn' }));
  expect(await screen.findByText(/^Other keys of Moonshot stay with api\.moonshotai\.com/)).toBeVisible();
  await accessible();
  await user.click(screen.getByRole('button', { name: 'Use api.moonshot.cn' }));
  await waitFor(() => expect(asked('use_region')).toEqual([{ req: { id: rejected.id, base_url: china.base_url } }]));
  await waitFor(() => expect(asked('test_key')).toMatchObject([{ req: { id: rejected.id } }]));
});

test('a key that works is offered no region', () => {
  open({}, [key('moonshotai', 'Work', { last_test: report('connected') })]);
  expect(screen.queryByRole('button', { name: /^Try at/ })).toBeNull();
});
