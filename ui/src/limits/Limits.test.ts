import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import Overlays from '../frame/Overlays.svelte';
import type { LimitView } from '../ipc/types.ts';
import { accessible, rust } from '../testing/page.ts';
import Limits from './Limits.svelte';
import { limits } from './state.svelte.ts';

const limit = (id: string, part: Partial<LimitView> = {}): LimitView => ({
  id,
  kind: 'max_age',
  effect: 'warn',
  enabled: true,
  workspace: null,
  provider: null,
  amount: 90,
  currency: null,
  patterns: [],
  version: 0,
  breaches: [],
  ...part,
});

function open(all: LimitView[], answers: Parameters<typeof rust>[0] = {}) {
  const side = rust({ list_limits: () => all, preview_limit: () => all[0], ...answers });
  Object.assign(limits, { all: null, workspaces: [], fault: null });
  render(Limits);
  render(Overlays);
  return { ...side, user: userEvent.setup() };
}

test('of many patterns the first few are named, and how many more there are', async () => {
  const patterns = Array.from({ length: 30 }, (_, n) => `model-${n}`);
  open([limit('1'), limit('2', { kind: 'denied_models', amount: null, patterns, effect: 'refuse' })]);
  expect(await screen.findByText('Keys are at most 90 days old')).toBeVisible();
  expect(screen.getByText('Not for model-0, model-1, model-2, model-3 and 26 more')).toBeVisible();
  await accessible();
});

test('a limit that is refused keeps what was typed, and its field has the focus', async () => {
  const refuse = () => Promise.reject({ code: 'limit_invalid', message: '', field: 'amount' } as unknown as Error);
  const { user } = open([], { save_limit: refuse });
  await user.click(await screen.findByRole('button', { name: 'Add limit' }));
  const days = await screen.findByRole('textbox', { name: 'Days' });
  await user.type(days, '-3');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('This is missing, or out of its range.');
  expect(days).toHaveValue('-3');
  expect(days).toHaveFocus();
  expect(days).toHaveAttribute('aria-invalid', 'true');
  await accessible(screen.getByRole('dialog'));
});
