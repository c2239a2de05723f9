/** Settings › Storage: what a look at all entries found. */
export const storage = {
  check: 'Check now',
  again: 'Check again',
  counted: {
    keychain: '{there} in the keychain, {count} in the list',
    file: '{there} in the file, {count} in the list',
    session: '{there} in memory, {count} in the list',
    all: '{there} found, {count} in the list',
  },
  well: 'Nothing lost, nothing left behind. Checked {time}.',
  unwell: '{missing} missing or damaged, {left} left over.',
  missing: 'Its secret is not where it was kept.',
  damaged:
    'What is kept of it is damaged, or is another key’s. Put that place back from a backup, or enter the key again.',
  own: 'Keystead’s own',
  unreadable: 'An entry that cannot be read',
  left: 'No key stands for this entry.',
  bound: 'Goes to {host} only',
  adopt: 'Add back',
  adoptOf: 'Add back: {name}',
  deleteOf: 'Delete… {name}',
  delete: 'Delete…',
  adoptAll: 'Add all back',
  deleteAll: 'Delete all…',
  deleteTitle: { one: 'Delete this entry?', other: 'Delete {count} entries?' },
  deleteSay: 'What is deleted cannot come back.',
  deleteButton: { one: 'Delete entry', other: 'Delete {count} entries' },
} as const;
