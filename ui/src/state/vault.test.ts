import { expect, test, vi } from 'vitest';
import { rust } from '../testing/page.ts';
import { vaultView } from '../testing/samples.ts';
import type { VaultView } from '../ipc/types.ts';
import { ask, vault, watchVault } from './vault.svelte.ts';

test('a keychain that does not answer is looked at again until it does, and no click waits for that', async () => {
  vi.useFakeTimers();
  const answers: ((view: VaultView) => void)[] = [];
  const { asked } = rust({ vault_status: () => new Promise<VaultView>((answer) => answers.push(answer)) });
  vault.view = vaultView({ state: 'unresponsive' });
  const stop = watchVault();
  await vi.advanceTimersByTimeAsync(2500);
  expect(answers).toHaveLength(1);
  expect(vault.busy).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(answers, 'one look at a time').toHaveLength(1);

  await ask(() => Promise.resolve(vaultView({ kind: 'session' })));
  answers[0]?.(vaultView({ state: 'unresponsive' }));
  await vi.advanceTimersByTimeAsync(10);
  expect(vault.view.kind, 'an older look does not undo a click').toBe('session');

  vault.view = vaultView({ state: 'unresponsive' });
  await vi.advanceTimersByTimeAsync(2500);
  answers[1]?.(vaultView({ state: 'ready' }));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(vault.view.state).toBe('ready');
  expect(asked('vault_status')).toHaveLength(2);
  stop();
  vi.useRealTimers();
});
