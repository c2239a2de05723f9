import type { VaultKind, VaultState } from '../../ipc/types.ts';
import type { Condition } from '../../vault/condition.ts';

const title = {
  ready: '{vault}',
  locked: '{vault} is locked',
  no_collection: '{vault} has no keyring yet',
  no_provider: 'No keychain found',
  no_bus: 'No session bus',
  unresponsive: '{vault} does not answer',
  denied: '{vault} refused access',
  elsewhere: 'Another keychain answers',
  file: 'Encrypted file',
  file_locked: 'The encrypted file is locked',
  file_gone: 'The encrypted file is gone',
  file_stuck: 'The encrypted file cannot be read',
  session: 'This session only',
} as const satisfies Record<Condition, string>;

/** The line at the foot of the sidebar. */
const short = {
  ready: 'Unlocked',
  locked: 'Locked',
  no_collection: 'No keyring yet',
  no_provider: 'Nothing can be saved',
  no_bus: 'Nothing can be saved',
  unresponsive: 'Does not answer',
  denied: 'Access refused',
  elsewhere: 'Keys are in {other}',
  file: 'Unlocked, locks after {minutes} min unused',
  file_locked: 'Locked',
  file_gone: 'Not where it was',
  file_stuck: 'Cannot be read',
  session: 'Gone when Keystead closes',
} as const satisfies Record<Condition, string>;

const say = {
  ready: 'Secrets are kept here and nowhere else.',
  locked: 'Names and hints still show. Your desktop asks for the password, not Keystead.',
  no_collection: 'Your desktop asks for a password for the new one.',
  no_provider:
    'Nothing answers as `org.freedesktop.secrets`. Install gnome-keyring or KeePassXC and try again, or use an encrypted file.',
  no_bus: 'Start Keystead from a desktop session, then try again.',
  unresponsive: 'No answer yet; Keystead keeps looking. A prompt may wait behind another window.',
  denied: 'The keychain refused. Allow Keystead in your keychain app, then try again.',
  elsewhere: 'Your keys were saved in {other}. Start that keychain again to use them. Nothing has been lost.',
  file: 'Secrets are kept in this file, encrypted with your passphrase, and nowhere else.',
  file_locked: 'Names and hints still show, and new keys can be saved. It opens with your passphrase.',
  file_gone: 'Nothing is at `{path}`. Put the folder back from a backup, then try again.',
  file_stuck: 'Keystead may not read `{path}`. Check who owns the folder and its permissions, then try again.',
  session: 'Secrets are kept in memory and nowhere else. They are gone when Keystead closes.',
} as const satisfies Record<Condition, string>;

/** The name of a place to keep keys in, alone and inside a sentence. */
const name = {
  keychain: 'Keychain',
  file: 'Encrypted file',
  session: 'This session only',
} as const satisfies Record<VaultKind, string>;
const inside = {
  keychain: 'the keychain',
  file: 'the encrypted file',
  session: 'memory, for this session only',
} as const satisfies Record<VaultKind, string>;

/** How a place is that is not the chosen one; nothing where it is ready. */
const now = {
  ready: '',
  locked: 'Locked now.',
  no_collection: 'It has no keyring yet.',
  no_provider: 'Not found now.',
  no_bus: 'No session bus now.',
  unresponsive: 'Does not answer now.',
  denied: 'Refuses access now.',
} as const satisfies Record<VaultState, string>;

/** What choosing a place means. */
const about = {
  keychain: 'Your desktop’s own. Opens with your login.',
  file: 'Needs no keychain. Opens with a passphrase.',
  session: 'Nothing is written. Gone when Keystead closes.',
} as const satisfies Record<VaultKind, string>;

/** The first line of Add key. */
const trust = {
  keychain: 'Goes to {vault} and nowhere else.',
  file: 'Goes to the encrypted file and nowhere else.',
  session: 'Kept until Keystead closes, then it is gone.',
} as const satisfies Record<VaultKind, string>;
const trustLocal = {
  keychain: 'A key, if it needs one, goes to {vault} and nowhere else.',
  file: 'A key, if it needs one, goes to the encrypted file and nowhere else.',
  session: 'A key, if it needs one, is kept until Keystead closes.',
} as const satisfies Record<VaultKind, string>;
/** And while the encrypted file is locked: its lock keeps out who reads, not who saves. */
const trustLocked = 'Goes to the encrypted file, which is locked.' as const;
const noSave = {
  keychain: 'A key can be tested now, and saved when the keychain is ready.',
  file: 'A key can be tested now, and saved when the file is unlocked.',
  session: 'A key can be tested now.',
} as const satisfies Record<VaultKind, string>;

export const vault = {
  title,
  short,
  say,
  name,
  inside,
  about,
  now,
  trust,
  trustLocal,
  trustLocked,
  noSave,
  noAdopt: 'Nothing can be saved now. The foot of the sidebar says why.',
  thisKeychain: 'The keychain',
  proved: 'Unlocked, read back OK',
  pending: { one: '{count} operation waits', other: '{count} operations wait' },
  within: { one: '{count} key waits inside.', other: '{count} keys wait inside.' },
  wait: { one: '{count} key waits for it.', other: '{count} keys wait for it.' },
  nothing: 'Nothing can be saved yet.',
  empty: 'No key is inside yet.',
  unlock: 'Unlock…',
  create: 'Create a keyring…',
  storage: 'Storage settings',
  looking: 'Looking for the keychain…',
  use: 'Use {vault}',
  useFile: 'Use the encrypted file',
  newFile: 'Use an encrypted file…',
  session: 'This session only…',
  lockNow: 'Lock now',
  changePassphrase: 'Change passphrase…',
  newKeys: 'New keys go to',
  inUse: 'In use',
  lost: {
    one: '{count} key was kept for an earlier session only',
    other: '{count} keys were kept for an earlier session only',
  },
  lostSay: 'What was in memory is gone. Enter again what you still need.',
  heldIn: { one: '{count} key is in {vault}', other: '{count} keys are in {vault}' },
  held: {
    ready: 'Used as before.',
    locked: 'Locked: unlock it to use them.',
    away: 'Out of reach now. Nothing has been lost.',
  },
} as const;

/** The encrypted file's dialogs. */
export const file = {
  createTitle: 'Use an encrypted file',
  createSay: 'New keys go into files on this computer. Only your passphrase opens them.',
  passphrase: 'Passphrase',
  repeat: 'The same again',
  more: { one: '{count} more character is needed.', other: '{count} more characters are needed.' },
  start: '12 characters or more. Four unrelated words are good.',
  enough: 'Long enough. One more word makes it better.',
  good: 'Good length, if nobody can guess it.',
  differ: 'The two are not the same. Type this one again.',
  forgotten: 'If you forget it, the keys inside are lost.',
  forgottenSay: 'Nobody can open the file without it. Write it down and keep it somewhere safe.',
  open: 'The files are in the `age` format. With the passphrase, the free tool `age` reads them too.',
  where: 'Folder',
  create: 'Create and use it',
  creating: 'Creating…',
  created: 'New keys go to the encrypted file now.',
  unlockTitle: 'Unlock the encrypted file',
  unlockSay: 'It locks itself after {minutes} min unused.',
  unlock: 'Unlock',
  unlocking: 'Unlocking…',
  tooMany: 'Too many wrong passphrases.',
  unlockIn: 'Unlock in {time}',
  noWay:
    'Forgotten it? Nobody can open the file without it. Keys stay valid at their providers: enter them again, or make new ones there.',
  changeTitle: 'Change the passphrase',
  changeSay: 'Backups of the folder made before still open with the old one.',
  old: 'Old passphrase',
  oldFirst: 'Type the passphrase it has now.',
  new: 'New passphrase',
  change: 'Change passphrase',
  changing: 'Changing…',
  changed: 'The passphrase is changed.',
} as const;

export const session = {
  title: 'Keep new keys for this session only?',
  say: 'They are held in memory and nowhere else. When Keystead closes, or crashes, they are gone and have to be entered again.',
  names: 'Names, hints, settings and test results are saved as usual.',
  stay: { one: 'The key in {vault} stays there.', other: 'The {count} keys in {vault} stay there.' },
  confirm: 'This session only',
} as const;

export const move = {
  button: { one: 'Move {count} key to {vault}…', other: 'Move {count} keys to {vault}…' },
  title: { one: 'Move {count} key to {vault}?', other: 'Move {count} keys to {vault}?' },
  copied: 'Each is written to {vault}, read back and compared.',
  deleted: 'When all are over, they are deleted from {from}.',
  fromHere: 'where they are now',
  stops: 'You can cancel between two keys. None is lost.',
  stay: {
    one: '{count} key cannot be reached and stays where it is.',
    other: '{count} keys cannot be reached and stay where they are.',
  },
  confirm: { one: 'Move {count} key', other: 'Move {count} keys' },
  moving: 'Moving keys to {vault}',
  count: '{done} of {total} moved',
  stopping: 'Cancelling…',
  done: 'Keys moved',
  doneSay: { one: '{count} key is in {vault} now.', other: '{count} keys are in {vault} now.' },
  partTitle: 'Not all keys were moved',
  part: { one: '{done} of {total} moved. One could not be:', other: '{done} of {total} moved. {count} could not be:' },
  stopped: '{done} of {total} moved. The others are where they were.',
  notMoved: 'Keys that were not moved',
  stayed: 'What was not moved is where it was, and works as before.',
  leave: 'Leave them there',
  close: 'Done',
  interrupted: 'A move to {vault} was interrupted',
  interruptedSay: {
    one: '{count} key is still where it was. None is lost.',
    other: '{count} keys are still where they were. None is lost.',
  },
  continue: 'Continue',
  stop: 'Stop',
} as const;
