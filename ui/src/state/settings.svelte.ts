import { fault, type Fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/ipc.ts';
import type { EditSettings, Settings } from '../ipc/types.ts';

/** What holds until Rust has said what the user chose. */
export const usual: Settings = {
  scheme: 'system',
  density: 'comfortable',
  language: 'en',
  clipboard_s: 30,
  retest_h: null,
  tests_at_once: 16,
  start_at_login: false,
  tray: false,
  maintenance: false,
  discover_models: false,
  expiry_reminders: true,
  reminder_days: 7,
  notifications: false,
};

export const settings = $state<{ now: Settings; fault: Fault | null }>({ now: usual, fault: null });

export async function loadSettings(): Promise<void> {
  try {
    settings.now = await ipc.getSettings();
    paint(settings.now);
  } catch (thrown) {
    settings.fault = fault(thrown);
  }
}

/** Applies at once; what cannot be saved goes back to what it was. */
export async function change(part: EditSettings): Promise<void> {
  const before = settings.now;
  settings.now = { ...before, ...part } as Settings;
  settings.fault = null;
  paint(settings.now);
  try {
    settings.now = await ipc.saveSettings(part);
  } catch (thrown) {
    settings.now = before;
    settings.fault = fault(thrown);
    paint(before);
  }
}

function paint({ scheme, density }: Settings): void {
  const root = document.documentElement;
  root.dataset.density = density;
  if ((root.dataset.scheme ?? 'system') === scheme) return;
  // Half-way colours are hard to read: the switch is not animated.
  root.dataset.switching = '';
  if (scheme === 'system') delete root.dataset.scheme;
  else root.dataset.scheme = scheme;
  requestAnimationFrame(() => requestAnimationFrame(() => delete root.dataset.switching));
}
