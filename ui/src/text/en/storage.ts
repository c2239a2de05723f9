/** Settings › Storage: what a look at all entries found. */
export const storage = {
  check: 'Check now',
  again: 'Check again',
  counted: {
    one: '{there} in the keychain, {count} in the list',
    other: '{there} in the keychain, {count} in the list',
  },
  well: 'Nothing lost, nothing left behind. Checked {time}.',
  unwell: '{missing} missing from the keychain, {left} in it that no key stands for.',
  missing: 'Not in the keychain. Replace the key, or check again when the keychain is back.',
  own: 'A fingerprint of Keystead’s own',
  unreadable: 'An entry that cannot be read',
  left: 'No key stands for this entry.',
  bound: 'Goes to {host} only',
  adopt: 'Add back',
  delete: 'Delete…',
  allSay: 'After a lost database or an old backup, add all of them back.',
  adoptAll: { one: 'Add back {count}', other: 'Add back all {count}' },
  deleteAll: 'Delete all…',
  deleteTitle: { one: 'Delete this entry?', other: 'Delete {count} entries?' },
  deleteSay: 'They leave the keychain and cannot come back.',
  deleteButton: { one: 'Delete entry', other: 'Delete {count} entries' },
} as const;
