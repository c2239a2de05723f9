import type { Code } from '../../ipc/types.ts';
import { error } from './errors.ts';

/** The failures of parts that are loaded after the first view, with which they come. */
export const later = {
  weight_invalid: 'A weight is a number from 0 to 1,000,000.',
  description_too_long: 'This is too long.',
  date_invalid: 'Write the date as YYYY-MM-DD.',
  date_past: 'This day is over.',
  alias_cycle: 'These aliases lead back to themselves.',
  caller_invalid: 'A program is named by the SHA-256 of its token: 64 hexadecimal digits.',
  workspace_not_found: 'This workspace is gone.',
  workspace_default: 'The default workspace stays. Make another one the default first.',
  task_not_found: 'This task is gone.',
  task_in_use: 'Another task uses what this task uses. Change that first.',
  task_cycle: 'It would use what it uses itself.',
  slug_invalid: 'Use lower-case letters, digits and hyphens.',
  slug_taken: 'There is a task with this short name already.',
  target_invalid: 'Choose a provider and a model.',
  target_twice: 'This target is there already.',
  parameters_invalid: 'This is no JSON object, or a number in it is out of its range.',
  limit_invalid: 'This is missing, or out of its range.',
  limit_not_found: 'This limit is gone.',
  changed_elsewhere: 'This was changed elsewhere meanwhile. Look at it again; what you typed is still here.',
  event_not_found: 'This entry is gone.',
  undo_nothing: 'This cannot be undone, or was already.',
  undo_conflict: 'This was changed again since, or its place is taken. Nothing was undone.',
  maintenance: 'Maintenance is on: programs get no keys.',
  token_invalid: 'This is no bot’s token. @BotFather gives one: a number, a colon and 35 letters and digits.',
  token_missing: 'Enter the bot’s token first.',
  chat_id_invalid: 'Enter the chat’s number, such as 123456789, or the @name of a public channel.',
  quiet_invalid: 'Quiet hours begin and end at two different hours.',
  notification_failed: 'This desktop shows no notifications.',
  store_constraint: 'Two things would have the same name.',
} as const satisfies Partial<Record<Code, string>>;

Object.assign(error, later);
