import type { WorkspaceView } from '../ipc/types.ts';

/** The default one first. */
export const workspaces = $state<{ all: WorkspaceView[] }>({ all: [] });
