import type { VaultKind } from '../../vault/kind.ts';

export const vaultTitle = {
  ready: '{vault}',
  locked: '{vault} is locked',
  no_collection: '{vault} has no keyring yet',
  no_provider: 'No keychain found',
  no_bus: 'No session bus',
  unresponsive: '{vault} does not answer',
  denied: '{vault} refused access',
  elsewhere: 'Another keychain answers',
} as const satisfies Record<VaultKind, string>;

/** The line at the foot of the sidebar. */
export const vaultShort = {
  ready: 'Unlocked',
  locked: 'Locked',
  no_collection: 'No keyring yet',
  no_provider: 'Nothing can be saved',
  no_bus: 'Nothing can be saved',
  unresponsive: 'Does not answer',
  denied: 'Access refused',
  elsewhere: 'Keys are in {other}',
} as const satisfies Record<VaultKind, string>;

export const vaultSay = {
  ready: 'Secrets are kept here and nowhere else.',
  locked: 'Names and hints still show. Your desktop asks for the password, not Keystead.',
  no_collection: 'Your desktop asks for a password for the new one.',
  no_provider: 'Nothing answers as `org.freedesktop.secrets`. Install gnome-keyring or KeePassXC, then try again.',
  no_bus: 'Start Keystead from a desktop session, then try again.',
  unresponsive: 'No answer within five seconds. A prompt may wait behind another window.',
  denied: 'The keychain refused. Allow Keystead in your keychain app, then try again.',
  elsewhere: 'Your keys were saved in {other}. Start that keychain again to use them. Nothing has been lost.',
} as const satisfies Record<VaultKind, string>;
