import * as ipc from '../ipc/ipc.ts';
import { keyOf } from './catalogue.svelte.ts';
import { settings } from './settings.svelte.ts';
import { isBusy } from './tests.svelte.ts';

const LOOK = 60_000;

/** While the window is open, and if the user wants it, keys are tested again. Which, and how many, Rust decides;
 *  and what there is to tell of them. */
export function startSchedule(): () => void {
  const timer = setInterval(() => void look(), LOOK);
  return () => clearInterval(timer);
}

/** What there was to show it did not show. */
export const desktop = $state({ silent: false });

async function look(): Promise<void> {
  await retest();
  const shown = await ipc.messagesDue().catch(() => null);
  if (shown === false) desktop.silent = true;
}

async function retest(): Promise<void> {
  if (settings.now.retest_h === null) return;
  // What cannot be looked at now is looked at in a minute.
  const tested = await ipc.retestDue().catch(() => []);
  for (const { id, report } of tested) {
    const key = keyOf(id);
    if (key && !isBusy(id)) key.last_test = report;
  }
}
