import { fault, type Fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/ipc.ts';
import type { KeyView, TestKey } from '../ipc/types.ts';
import { refreshVault } from './vault.svelte.ts';
import { keyOf } from './catalogue.svelte.ts';
import { newRun, settle } from './run.ts';

type Running = { run: string; shown: boolean };

/** Keys that are being tested or wait for their turn, which Rust gives them. */
const running = $state<Record<string, Running>>({});
/** Tests that could not be made at all, by key. */
const failures = $state<Record<string, Fault>>({});

export const isTesting = (key: string): boolean => running[key]?.shown ?? false;
export const isBusy = (key: string): boolean => key in running;
export const failureOf = (key: string): Fault | undefined => failures[key];
export const testable = (key: KeyView): boolean => key.enabled && key.state !== 'removing';

/** Tests one saved key and puts the report on it. Resolves when it is over, however it ended. */
export async function testKey(id: string, batch: string | null = null): Promise<void> {
  await test(id, { batch, paid: null });
}

/** Asks a model for one token, for somebody who has agreed to pay for it. Answers what the form can put right. */
export const testPaid = (id: string, model: string): Promise<Fault | null> => test(id, { batch: null, paid: model });

async function test(id: string, how: Pick<TestKey, 'batch' | 'paid'>): Promise<Fault | null> {
  if (id in running) return null;
  const run = newRun();
  running[id] = { run, shown: false };
  delete failures[id];
  const show = () => {
    if (running[id]?.run === run) running[id] = { run, shown: true };
  };
  try {
    const report = await settle(ipc.testKey({ id, run, ...how }), show);
    const key = keyOf(id);
    // Cancelled or replaced meanwhile: this answer is about something else.
    if (key && running[id]?.run === run) key.last_test = report;
    if (report.outcome === 'vault_unavailable') void refreshVault();
  } catch (thrown) {
    const failed = fault(thrown);
    if (failed.field) return failed;
    if (running[id]?.run === run && failed.code !== 'cancelled') failures[id] = failed;
  } finally {
    if (running[id]?.run === run) delete running[id];
  }
  return null;
}

export function cancelTest(id: string): void {
  const entry = running[id];
  if (!entry) return;
  delete running[id];
  void ipc.cancelTest(entry.run).catch(() => undefined);
}

/** A key that was replaced or switched off is not the one that is being tested. */
export function forgetTest(id: string): void {
  cancelTest(id);
  delete failures[id];
}
