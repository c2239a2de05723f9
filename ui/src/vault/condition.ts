import type { IconName } from '../controls/icons.ts';
import type { VaultState, VaultView } from '../ipc/types.ts';

/**
 * What the page tells apart: the keychain's states and keys that live in another keychain than the one that answers;
 * the encrypted file when it is open, locked, not there, or cannot be read; and memory.
 */
export type Condition = VaultState | 'elsewhere' | 'file' | 'file_locked' | 'file_gone' | 'file_stuck' | 'session';

const ofFile: Partial<Record<VaultState, Condition>> = {
  ready: 'file',
  locked: 'file_locked',
  no_collection: 'file_gone',
};

export function conditionOf(vault: VaultView): Condition {
  if (vault.kind === 'session') return 'session';
  if (vault.kind === 'file') return ofFile[vault.state] ?? 'file_stuck';
  return vault.state === 'ready' && vault.other !== null ? 'elsewhere' : vault.state;
}

/** What does not last, and a lock the user can open, is a warning; what stops everything is danger. */
export function toneOf(condition: Condition): 'ok' | 'warning' | 'danger' {
  if (condition === 'ready' || condition === 'file') return 'ok';
  return ['no_provider', 'no_bus', 'file_gone'].includes(condition) ? 'danger' : 'warning';
}

export function signOf(condition: Condition): IconName {
  if (condition === 'session') return 'clock';
  if (condition === 'locked' || condition === 'file_locked') return 'lock';
  return toneOf(condition) === 'ok' ? 'shield' : 'shieldOff';
}
