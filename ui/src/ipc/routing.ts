// The commands of the pages that are loaded later: which key does what, limits, activity.
import { Channel } from '@tauri-apps/api/core';
import { invoke } from './calls.ts';
import type {
  AssignTasks,
  EditKeys,
  EditMessenger,
  EventView,
  KeyView,
  LimitView,
  ListActivity,
  MessageTry,
  MessengerView,
  OrderKeys,
  Resolution,
  Resolve,
  SaveLimit,
  SaveTask,
  SaveWorkspace,
  TaskView,
  WorkspaceView,
} from './types.ts';

export const editKeys = (req: EditKeys) => invoke<KeyView[]>('edit_keys', { req });
export const orderKeys = (req: OrderKeys) => invoke<null>('order_keys', { req });

export const listWorkspaces = () => invoke<WorkspaceView[]>('list_workspaces');
export const useWorkspace = (id: string) => invoke<WorkspaceView[]>('use_workspace', { id });
export const saveWorkspace = (req: SaveWorkspace) => invoke<WorkspaceView[]>('save_workspace', { req });
export const removeWorkspace = (id: string) => invoke<WorkspaceView[]>('remove_workspace', { id });

export const listTasks = () => invoke<TaskView[]>('list_tasks');
export const saveTask = (req: SaveTask) => invoke<TaskView[]>('save_task', { req });
export const orderTasks = (slugs: string[]) => invoke<TaskView[]>('order_tasks', { slugs });
export const removeTask = (slug: string) => invoke<TaskView[]>('remove_task', { slug });
export const assignTasks = (req: AssignTasks) => invoke<TaskView[]>('assign_tasks', { req });
/** Asks nobody, and reads no secret. */
export const dryRun = (req: Resolve) => invoke<Resolution>('dry_run', { req });

export const listLimits = () => invoke<LimitView[]>('list_limits');
export const previewLimit = (req: SaveLimit) => invoke<LimitView>('preview_limit', { req });
export const saveLimit = (req: SaveLimit) => invoke<LimitView[]>('save_limit', { req });
export const removeLimit = (id: string) => invoke<LimitView[]>('remove_limit', { id });

export const getMessenger = () => invoke<MessengerView>('get_messenger');
export const editMessenger = (req: EditMessenger) => invoke<MessengerView>('edit_messenger', { req });
/** A bot's token leaves the page here: raw bytes, once. */
export const keepBotToken = (bytes: Uint8Array) => invoke<MessengerView>('keep_bot_token', bytes);
export const forgetMessenger = () => invoke<MessengerView>('forget_messenger');
export const sendTestMessage = () => invoke<MessageTry>('send_test_message');
export const showTestNotice = () => invoke<null>('show_test_notice');

export const listActivity = (req: ListActivity) => invoke<EventView[]>('list_activity', { req });
export const undo = (id: number) => invoke<EventView>('undo', { id });
/** Told whenever another process has changed something. */
export const watch = (told: () => void) => invoke<null>('watch', { told: new Channel<null>(told) });
