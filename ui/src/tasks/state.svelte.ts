import { fault, type Fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/routing.ts';
import type { AssignmentView, Resolution, TaskTarget, TaskView, WorkspaceView } from '../ipc/types.ts';

/** Tasks as they are in the workspace that is shown. */
export const tasks = $state<{
  all: TaskView[] | null;
  workspaces: WorkspaceView[];
  fault: Fault | null;
  /** The dry runs that are open, by task: drawn again, they differ from what the list has. */
  runs: Record<string, Resolution>;
}>({ all: null, workspaces: [], fault: null, runs: {} });

export async function loadTasks(): Promise<void> {
  await attempt(async () => {
    [tasks.all, tasks.workspaces] = await Promise.all([ipc.listTasks(), ipc.listWorkspaces()]);
    for (const slug of Object.keys(tasks.runs)) {
      const now = tasks.all.find((task) => task.slug === slug)?.now;
      if (now) tasks.runs[slug] = now;
    }
  });
}

/** What fails is told at the top of the page; what was there stays. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  tasks.fault = null;
  try {
    await work();
    return true;
  } catch (thrown) {
    tasks.fault = fault(thrown);
    return false;
  }
}

export const current = (): WorkspaceView | undefined => tasks.workspaces.find((one) => one.current);

/** Writes what a task uses here. The version that was seen keeps another's change from being lost. */
export function assign(task: TaskView, part: { targets?: TaskTarget[]; same_as?: string; parameters?: string }) {
  const own = ownOf(task);
  return attempt(async () => {
    tasks.all = await ipc.assignTasks({
      workspace: current()?.id ?? null,
      tasks: [{ task: task.slug, version: own?.version ?? null, targets: [], ...part }],
    });
    const now = tasks.all.find((one) => one.slug === task.slug)?.now;
    if (task.slug in tasks.runs && now) tasks.runs[task.slug] = now;
  });
}

/** The assignment of this very workspace. */
export const ownOf = (task: TaskView): AssignmentView | null =>
  task.assignment && !task.assignment.inherited ? task.assignment : null;

export const targetsOf = (task: TaskView): TaskTarget[] => task.assignment?.targets ?? [];
