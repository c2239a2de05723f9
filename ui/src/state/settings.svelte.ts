import { fault, type Fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/ipc.ts';
import type { Scheme, Settings } from '../ipc/types.ts';

export const settings = $state<{ now: Settings; fault: Fault | null }>({
  now: { scheme: 'system', clipboard_s: 30, retest_h: null },
  fault: null,
});

export async function loadSettings(): Promise<void> {
  try {
    settings.now = await ipc.getSettings();
    paint(settings.now.scheme);
  } catch (thrown) {
    settings.fault = fault(thrown);
  }
}

/** Applies at once; what cannot be saved goes back to what it was. */
export async function change(part: Partial<Settings>): Promise<void> {
  const before = settings.now;
  settings.now = { ...before, ...part };
  settings.fault = null;
  paint(settings.now.scheme);
  try {
    settings.now = await ipc.saveSettings(settings.now);
  } catch (thrown) {
    settings.now = before;
    settings.fault = fault(thrown);
    paint(before.scheme);
  }
}

function paint(scheme: Scheme): void {
  const root = document.documentElement;
  if ((root.dataset.scheme ?? 'system') === scheme) return;
  // Half-way colours are hard to read: the switch is not animated.
  root.dataset.switching = '';
  if (scheme === 'system') delete root.dataset.scheme;
  else root.dataset.scheme = scheme;
  requestAnimationFrame(() => requestAnimationFrame(() => delete root.dataset.switching));
}
