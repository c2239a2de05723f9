import { expect, test, vi } from 'vitest';
import { catalogue, keyOf } from './catalogue.svelte.ts';
import { startSchedule } from './schedule.svelte.ts';
import { settings } from './settings.svelte.ts';
import { rust } from '../testing/page.ts';
import { key, provider, report } from '../testing/samples.ts';

test('Rust is asked every minute while it is wanted, and what it tested is shown', async () => {
  vi.useFakeTimers();
  const tested = report('expired', { occasion: 'schedule' });
  const { asked } = rust({ retest_due: () => [{ id: 'openai/Work', report: tested }] });
  catalogue.all = [provider('openai', 'OpenAI', { keys: [key('openai', 'Work')] })];
  const stop = startSchedule();
  await vi.advanceTimersByTimeAsync(180_000);
  expect(asked('retest_due')).toHaveLength(0);
  settings.now = { ...settings.now, retest_h: 6 };
  await vi.advanceTimersByTimeAsync(120_000);
  expect(asked('retest_due')).toHaveLength(2);
  expect(keyOf('openai/Work')?.last_test).toMatchObject({ outcome: 'expired', occasion: 'schedule' });
  settings.now = { ...settings.now, retest_h: null };
  await vi.advanceTimersByTimeAsync(120_000);
  stop();
  expect(asked('retest_due')).toHaveLength(2);
});
