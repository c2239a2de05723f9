import { fault, type Fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/routing.ts';
import type { LimitView, SaveLimit, WorkspaceView } from '../ipc/types.ts';

export const limits = $state<{ all: LimitView[] | null; workspaces: WorkspaceView[]; fault: Fault | null }>({
  all: null,
  workspaces: [],
  fault: null,
});

export const loadLimits = () =>
  attempt(async () => {
    [limits.all, limits.workspaces] = await Promise.all([ipc.listLimits(), ipc.listWorkspaces()]);
  });

export async function attempt(work: () => Promise<unknown>): Promise<void> {
  limits.fault = null;
  try {
    await work();
  } catch (thrown) {
    limits.fault = fault(thrown);
  }
}

/** A limit as it would be saved again. */
export function requestOf({ breaches: _, ...limit }: LimitView): SaveLimit {
  return limit;
}
