import { fault, type Fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/ipc.ts';
import type { ListProgress, ModelsView } from '../ipc/types.ts';
import { newRun, settle } from './run.ts';
import { refreshVault } from './vault.svelte.ts';

type Running = { run: string; shown: boolean; at: ListProgress | null };

/** What is known of each key's models. Thousands of rows: kept as they came. */
let views = $state.raw<Record<string, ModelsView>>({});
const running = $state<Record<string, Running>>({});
/** What could not be done at all, by key. */
const faults = $state<Record<string, Fault>>({});

export const modelsOf = (key: string): ModelsView | undefined => views[key];
export const modelsFault = (key: string): Fault | undefined => faults[key];
/** How far a list has come that takes long enough to be seen. */
export const fetching = (key: string): Running | undefined => (running[key]?.shown ? running[key] : undefined);
export const isFetching = (key: string): boolean => key in running;

const put = (view: ModelsView) => (views = { ...views, [view.key_id]: view });

/** Reads what was listed last. Asks no provider. */
export const loadModels = (key: string) =>
  attempt(
    key,
    () => ipc.listModels(key),
    () => !(key in running),
  );

/** Asks the provider. Resolves when it is over, however it ended. */
export async function fetchModels(key: string): Promise<void> {
  if (key in running) return;
  const run = newRun();
  const mine = () => running[key]?.run === run;
  const set = (part: Partial<Running>) => mine() && Object.assign(running[key] ?? {}, part);
  running[key] = { run, shown: false, at: null };
  await attempt(
    key,
    () =>
      settle(
        ipc.fetchModels({ id: key, run }, (at) => set({ at })),
        () => set({ shown: true }),
      ),
    mine,
  );
  if (mine()) delete running[key];
  if (views[key]?.last_try?.failure?.outcome === 'vault_unavailable') void refreshVault();
}

export function cancelModels(key: string): void {
  const entry = running[key];
  if (!entry) return;
  delete running[key];
  void ipc.cancelTest(entry.run).catch(() => undefined);
}

export const applyModels = (key: string, take: string[], leave: string[]) =>
  attempt(key, () => ipc.applyModels({ id: key, take, leave }));

/** A late answer for a run that was cancelled is dropped. */
async function attempt(key: string, work: () => Promise<ModelsView>, wanted = () => true): Promise<void> {
  delete faults[key];
  try {
    const view = await work();
    if (wanted()) put(view);
  } catch (thrown) {
    const failed = fault(thrown);
    if (wanted() && failed.code !== 'cancelled') faults[key] = failed;
  }
}

export function forgetModels(): void {
  views = {};
  for (const all of [running, faults]) for (const key of Object.keys(all)) delete all[key];
}
