import { fault, type Fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/ipc.ts';
import type { KeyView } from '../ipc/types.ts';
import { refreshVault } from './vault.svelte.ts';
import { keyOf } from './catalogue.svelte.ts';
import { newRun, settle } from './run.ts';

/** At most so many at a time: enough to be quick, few enough to stay polite. */
const AT_ONCE = 4;

type Running = { run: string; shown: boolean; sent: boolean };

/** Keys that are being tested or wait for their turn. */
const running = $state<Record<string, Running>>({});
/** Tests that could not be made at all, by key. */
const failures = $state<Record<string, Fault>>({});
const waiting: (() => void)[] = [];
let active = 0;

export const isTesting = (key: string): boolean => running[key]?.shown ?? false;
export const isBusy = (key: string): boolean => key in running;
export const failureOf = (key: string): Fault | undefined => failures[key];
export const testable = (key: KeyView): boolean => key.enabled && key.state !== 'removing';

/** Tests one saved key and puts the report on it. Resolves when it is over, however it ended. */
export async function testKey(id: string): Promise<void> {
  if (id in running) return;
  const run = newRun();
  running[id] = { run, shown: false, sent: false };
  delete failures[id];
  await turn();
  try {
    if (running[id]?.run === run) await send(id, run);
  } finally {
    if (running[id]?.run === run) delete running[id];
    active -= 1;
    waiting.shift()?.();
  }
}

async function send(id: string, run: string): Promise<void> {
  running[id] = { run, shown: false, sent: true };
  const show = () => {
    if (running[id]?.run === run) running[id] = { run, shown: true, sent: true };
  };
  try {
    const report = await settle(ipc.testKey({ id, run }), show);
    const key = keyOf(id);
    // Cancelled or replaced meanwhile: this answer is about something else.
    if (key && running[id]?.run === run) key.last_test = report;
    if (report.outcome === 'vault_unavailable') void refreshVault();
  } catch (thrown) {
    const failed = fault(thrown);
    if (running[id]?.run === run && failed.code !== 'cancelled') failures[id] = failed;
  }
}

export function cancelTest(id: string): void {
  const entry = running[id];
  if (!entry) return;
  delete running[id];
  if (entry.sent) void ipc.cancelTest(entry.run).catch(() => undefined);
}

/** A key that was replaced or switched off is not the one that is being tested. */
export function forgetTest(id: string): void {
  cancelTest(id);
  delete failures[id];
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    const start = () => {
      active += 1;
      resolve();
    };
    if (active < AT_ONCE) start();
    else waiting.push(start);
  });
}
