// Providers, keys and reports as Rust would send them, for tests and for the page under dev/.
import type {
  EditNetwork,
  EffectiveNetwork,
  FileVaultView,
  Holding,
  KeyView,
  MessageTry,
  MessengerView,
  NetworkView,
  Outcome,
  Policy,
  ProviderView,
  Stage,
  StageReport,
  StorageCheck,
  TestReport,
  VaultKind,
  VaultView,
} from '../ipc/types.ts';

const order: Stage[] = ['name', 'connection', 'tls', 'route', 'key', 'account'];
const took = [12, 24, 31, 46, 203, 96];
const failsAt: Partial<Record<Outcome, Stage>> = {
  invalid_key: 'key',
  expired: 'key',
  disabled: 'key',
  region_blocked: 'key',
  unreachable: 'connection',
  wrong_base_url: 'route',
  provider_down: 'route',
  vault_unavailable: 'name',
};

function stages(outcome: Outcome): StageReport[] {
  const end = failsAt[outcome];
  const last = end ? order.indexOf(end) : outcome === 'reachable_unverified' ? 4 : 5;
  return order.map((stage, i): StageReport => {
    const start_ms = took.slice(0, i).reduce((a, b) => a + b, 0);
    if (i > last) return { stage, state: end ? 'not_reached' : 'skipped', start_ms: null, took_ms: null };
    if (i < last || outcome === 'connected') return { stage, state: 'ok', start_ms, took_ms: took[i] ?? 0 };
    if (outcome === 'reachable_unverified') return { stage, state: 'unproven', start_ms, took_ms: took[i] ?? 0 };
    return { stage, state: 'failed', start_ms, took_ms: took[i] ?? 0 };
  });
}

export function report(outcome: Outcome, part: Partial<TestReport> = {}): TestReport {
  return {
    outcome,
    key_proven: ['connected', 'no_credit', 'rate_limited', 'restricted', 'model_unavailable'].includes(outcome),
    stage: failsAt[outcome] ?? 'account',
    cause: null,
    stages: stages(outcome),
    http_status: outcome === 'connected' ? 200 : 401,
    provider_code: null,
    detail: null,
    request_id: null,
    retry_after_s: null,
    latency_ms: 412,
    method: 'GET',
    url: 'https://api.openai.com/v1/models',
    proxy: null,
    curl: 'curl https://api.openai.com/v1/models \\\n  -H "Authorization: Bearer $OPENAI_API_KEY"',
    account: [],
    at: Date.now() - 300_000,
    occasion: 'click',
    model: null,
    ...part,
  };
}

export const policy: Policy = {
  workspace: null,
  description: '',
  weight: 1,
  tier: 'prioritized',
  position: 0,
  batch: false,
  models: 'all',
  blocked: [],
  aliases: {},
  expires_on: null,
  required: false,
  byok_only: false,
  zdr: null,
  callers: [],
  users: [],
};

export function key(provider: string, name: string, part: Partial<KeyView> = {}): KeyView {
  return {
    id: `${provider}/${name}`,
    provider,
    name,
    source: 'vault',
    variable: null,
    ambient: false,
    hint: { prefix: 'sk-', tail: '9xQ2' },
    config: null,
    state: 'active',
    vault: 'keychain',
    enabled: true,
    bound_to: null,
    last_test: null,
    created_at: 1_763_000_000_000,
    rotated_at: null,
    policy: { ...policy, ...part.policy },
    version: 0,
    ...part,
  };
}

export function provider(id: string, name: string, part: Partial<ProviderView> = {}): ProviderView {
  const host = part.host ?? `api.${id}.com`;
  return {
    id,
    name,
    custom: false,
    dialect: 'openai',
    base_url: `https://${host}/v1`,
    default_base_url: `https://${host}/v1`,
    host,
    local: false,
    consent: null,
    key_need: 'required',
    console_url: `https://platform.${id}.com/keys`,
    docs_url: `https://docs.${id}.com`,
    env: [`${id.toUpperCase()}_API_KEY`],
    mark: id,
    aliases: [],
    placeholder: 'sk-…',
    paid: { model: 'small-1', most_usd: 0.0000083 },
    form: null,
    test_method: 'GET',
    test_url: `https://${host}/v1/models`,
    regions: [],
    urls: [],
    headers: [],
    configuration: {},
    own_models: [],
    keys: [],
    ambient: [],
    ...part,
  };
}

/** A key that is in a variable. */
export function inVariable(provider: string, variable: string, part: Partial<KeyView> = {}): KeyView {
  return key(provider, 'Environment', {
    source: 'env',
    variable: { name: variable, set: true },
    hint: null,
    vault: null,
    ...part,
  });
}

/** One that is there and nowhere else. */
export function found(provider: string, variable: string, part: Partial<KeyView> = {}): KeyView {
  const name = `env.${variable}`;
  return inVariable(provider, variable, { id: `${provider}/${name}`, name, ambient: true, created_at: 0, ...part });
}

export function fileView(part: Partial<FileVaultView> = {}): FileVaultView {
  return {
    exists: false,
    state: 'no_collection',
    path: '/home/kestrel/.local/share/keystead/vault',
    wait_s: null,
    auto_lock_min: 15,
    ...part,
  };
}

/** What is chosen about the network, and what that comes to. */
export function networkView(chosen: Partial<EditNetwork> = {}, now: Partial<EffectiveNetwork> = {}): NetworkView {
  const { provider = null, proxy = 'inherit', ca_file = null, timeout_s = null } = chosen;
  const effective: EffectiveNetwork = {
    proxy: null,
    proxy_by: 'system',
    ca_file,
    ca_by: 'system',
    authorities: ca_file ? 1 : null,
    ca_fault: null,
    timeout_s: timeout_s ?? 15,
    timeout_by: 'system',
    ...now,
  };
  return { provider, proxy, proxy_login: 'none', ca_file, timeout_s, effective };
}

const names = { keychain: 'GNOME Keyring', file: 'Encrypted file', session: 'This session only' };

/** A vault that holds keys. */
export function holding(kind: VaultKind, keys: number, part: Partial<Holding> = {}): Holding {
  return { kind, name: names[kind], keys, state: 'ready', here: false, ...part };
}

/** All is well. */
export function checkView(part: Partial<StorageCheck> = {}): StorageCheck {
  const nothing = { missing: [], damaged: [], missing_belongings: [], leftovers: [] };
  return { present: 12, ...nothing, intact: true, exposed: false, at: Date.now(), ...part };
}

export function vaultView(part: Partial<VaultView> = {}): VaultView {
  const kind = part.kind ?? 'keychain';
  const secrets = part.secrets ?? 12;
  const state = part.state ?? 'ready';
  const keychain = { id: 'secret-service:gnome-keyring-daemon:login', name: names.keychain, collection: 'Login' };
  return {
    kind,
    state,
    identity: kind === 'keychain' ? keychain : { id: `${kind}:1`, name: names[kind], collection: null },
    other: null,
    secrets,
    proof: null,
    pending: 0,
    holdings: secrets > 0 ? [holding(kind, secrets, { state, here: true })] : [],
    file: fileView(kind === 'file' ? { exists: true, state } : {}),
    keychain: kind === 'keychain' ? null : 'ready',
    moving: null,
    lost_session: 0,
    ...part,
  };
}

/** A bot that is set up and has sent nothing yet. */
export function messengerView(part: Partial<MessengerView> = {}): MessengerView {
  return {
    desktop: false,
    enabled: true,
    configured: true,
    bot: 'saved',
    hint: { prefix: '123456:', tail: 'ew11' },
    chat_id: '424242',
    server: 'https://api.telegram.org',
    own_server: false,
    events: ['key_refused', 'out_of_credit', 'credit_low', 'last_day', 'works_again', 'models_gone'],
    quiet: null,
    waiting: 0,
    waits_for: null,
    failed: 0,
    last: null,
    ...part,
  };
}

export function messageTry(part: Partial<MessageTry> = {}): MessageTry {
  return { outcome: 'sent', cause: null, detail: null, retry_after_s: null, at: Date.now(), test: true, ...part };
}
