import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import Overlays from '../frame/Overlays.svelte';
import type { PaidView } from '../ipc/types.ts';
import { catalogue } from '../state/catalogue.svelte.ts';
import { overlay } from '../state/overlay.svelte.ts';
import { vault } from '../state/vault.svelte.ts';
import { smallMoney } from '../text/format.ts';
import { accessible, rust } from '../testing/page.ts';
import { key, provider, report, vaultView } from '../testing/samples.ts';
import ProviderPage from './ProviderPage.svelte';

const work = key('nvidia', 'Work', { last_test: report('reachable_unverified') });

function open(paid: PaidView | null, answers: Parameters<typeof rust>[0] = {}) {
  const side = rust(answers);
  catalogue.all = [provider('nvidia', 'NVIDIA', { keys: [{ ...work }], paid })];
  catalogue.phase = { is: 'ready' };
  vault.view = vaultView();
  render(ProviderPage, { id: 'nvidia' });
  render(Overlays);
  return { ...side, user: userEvent.setup() };
}
const ask = () => screen.findByRole('button', { name: 'Ask for one token' });

test('model, host and price are seen before anything is asked, and Cancel asks nothing', async () => {
  const { user, asked } = open({ model: 'small-1', most_usd: 0.0000083 });
  await user.click(screen.getByRole('button', { name: 'Paid test…' }));
  await ask();
  expect(screen.getByText(/One short request to api\.nvidia\.com/)).toBeVisible();
  expect(screen.getByRole('textbox', { name: 'Model' })).toHaveValue('small-1');
  expect(screen.getByText('Costs about $0.000009 at the price last known.')).toBeVisible();
  await accessible();
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(asked('test_key')).toEqual([]);
});

test('what is agreed to is asked once, and the row says that it was paid for', async () => {
  const answer = report('connected', { occasion: 'paid', model: 'other-2' });
  const { user, asked } = open({ model: 'small-1', most_usd: 0.0000083 }, { test_key: () => answer });
  await user.click(screen.getByRole('menuitem', { name: 'Paid test…' }));
  const model = await screen.findByRole('textbox', { name: 'Model' });
  await user.clear(model);
  await user.type(model, 'other-2');
  expect(screen.getByText('May cost money: the price list of NVIDIA tells.')).toBeVisible();
  await user.click(await ask());
  await waitFor(() => expect(overlay.open).toBeNull());
  expect(asked('test_key')).toMatchObject([{ req: { id: work.id, paid: 'other-2', batch: null } }]);
  expect(screen.getByText('· paid test, other-2')).toBeVisible();
  expect(screen.getByText('Connected')).toBeVisible();
});

test('a name that is none is refused where it was typed', async () => {
  const refuse = () => Promise.reject({ code: 'model_invalid', message: '', field: 'model' } as unknown as Error);
  const { user } = open({ model: null, most_usd: null }, { test_key: refuse });
  await user.click(screen.getByRole('button', { name: 'Paid test…' }));
  expect(await ask()).toHaveAttribute('aria-disabled', 'true');
  await user.type(screen.getByRole('textbox', { name: 'Model' }), 'two words');
  await user.click(await ask());
  const failed = await screen.findByText(/This is no name of a model:/);
  expect(failed).toBeVisible();
  expect(screen.getByRole('textbox', { name: 'Model' })).toBeInvalid();
  await accessible();
});

test('where there is no such test nothing offers one', () => {
  open(null);
  expect(screen.queryByText('Paid test…')).toBeNull();
});

test('next to nothing is never told as nothing', () => {
  expect([0.0000083, 0.00001, 0.0123, 0].map(smallMoney)).toEqual(['$0.000009', '$0.00001', '$0.02', '$0.00']);
});
