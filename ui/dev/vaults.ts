// The vault in every state, by the name of the scene.
import type { KeyView, Leftover, MoveView, StorageCheck, VaultView } from '../src/ipc/types.ts';
import { checkView, fileView, holding, key, vaultView } from '../src/testing/samples.ts';

const held = (state: 'ready' | 'locked') => ({
  kind: 'file' as const,
  state,
  secrets: 14,
  holdings: [holding('file', 2, { state, here: true }), holding('keychain', 12)],
});
const nothing = { identity: null, holdings: [] };

const scenes: Record<string, Partial<VaultView>> = {
  empty: { secrets: 0 },
  proved: { proof: { write_ms: 4, read_ms: 2, remove_ms: 3, at: Date.now() - 120_000 } },
  locked: { state: 'locked' },
  no_collection: { state: 'no_collection', secrets: 0 },
  no_provider: { state: 'no_provider', ...nothing, secrets: 0 },
  no_bus: { state: 'no_bus', ...nothing, secrets: 0 },
  unresponsive: { state: 'unresponsive' },
  denied: { state: 'denied' },
  elsewhere: { other: 'KeePassXC', holdings: [holding('keychain', 12, { name: 'KeePassXC', state: null })] },
  file: { kind: 'file', proof: { write_ms: 6, read_ms: 1, remove_ms: 2, at: Date.now() - 60_000 } },
  file_locked: { kind: 'file', state: 'locked' },
  file_gone: { kind: 'file', state: 'no_collection', file: fileView() },
  file_denied: { kind: 'file', state: 'denied' },
  file_waits: { kind: 'file', state: 'locked', file: fileView({ exists: true, state: 'locked', wait_s: 8 }) },
  held: held('ready'),
  held_locked: { ...held('locked'), keychain: 'locked' },
  back: {
    file: fileView({ exists: true, state: 'locked' }),
    holdings: [holding('keychain', 10, { here: true }), holding('file', 2, { state: 'locked' })],
  },
  session: { kind: 'session', secrets: 3, keychain: 'no_provider' },
  lost: {
    lost_session: 2,
    holdings: [holding('keychain', 10, { here: true }), holding('session', 2, { state: null })],
  },
  moving: { ...held('ready'), moving: { to: 'file', left: 12, total: 15 } },
  missing: {},
};

export const vaultOf = (scene: string): VaultView => vaultView(scenes[scene] ?? {});

/** The keys that a scene shows besides the usual ones. */
export function keysOf(scene: string): KeyView[] {
  const vault = scene === 'lost' ? 'session' : scene === 'back' || scene.startsWith('file') ? 'file' : 'keychain';
  if (scene === 'lost' || scene === 'missing') {
    return [key('mistral', 'Default', { vault, state: 'missing' })];
  }
  return [key('mistral', 'Default', { vault })];
}

/** Some keys more in another place. */
export function moveSome(vault: VaultView, to: VaultView['kind'], failing: boolean): MoveView {
  const from = vault.holdings.find((one) => one.kind !== to && one.state === 'ready' && one.keys > (failing ? 2 : 0));
  const moved = Math.min(3, (from?.keys ?? 0) - (failing ? 2 : 0));
  if (from && moved > 0) from.keys -= moved;
  const there = vault.holdings.find((one) => one.kind === to);
  if (there) there.keys += moved;
  else vault.holdings.unshift(holding(to, moved, { here: true }));
  const left = Math.max(0, (from?.keys ?? 0) - (failing ? 2 : 0));
  vault.holdings = vault.holdings.filter((one) => one.keys > 0);
  vault.moving = left > 0 || failing ? { to, left, total: 12 } : null;
  const failed = failing && left === 0 ? failures : [];
  return { moved, left, failed, vault: structuredClone(vault) };
}

const failures: MoveView['failed'] = [
  { name: { id: '1', provider: 'Azure OpenAI', name: 'Default' }, code: 'vault_locked' },
  {
    name: { id: '2', provider: 'A gateway whose name nobody ever kept short', name: 'Key number 7' },
    code: 'secret_missing',
  },
];

export function storageCheck(scene: string): StorageCheck {
  const left = (entry: string, part: Partial<Leftover>): Leftover => ({
    entry,
    vault: 'keychain',
    own: false,
    provider: 'OpenAI',
    label: 'Work, before the restore',
    hint: { prefix: 'sk-', tail: '9xQ2' },
    part: null,
    hosts: ['https://api.openai.com'],
    ...part,
  });
  if (scene !== 'missing') return checkView();
  return checkView({
    present: 11,
    missing: [{ id: 'mistral/Default', provider: 'Mistral', name: 'Default' }],
    damaged: [{ id: 'groq/CI', provider: 'Groq', name: 'CI' }],
    missing_belongings: [
      { id: 'p', provider: 'gateway', owner: 'My gateway', part: 'header:x-org-token', name: 'x-org-token' },
    ],
    exposed: true,
    leftovers: [
      left('a.v1', {}),
      left('b.v1', { provider: 'A gateway whose name nobody ever kept short', label: 'Key number 7', vault: 'file' }),
      left('c.v1', { provider: null, label: null, hint: null, hosts: [] }),
    ],
  });
}
