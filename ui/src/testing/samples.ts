// Providers, keys and reports as Rust would send them, for tests and for the page under dev/.
import type { KeyView, Outcome, ProviderView, Stage, StageReport, TestReport, VaultView } from '../ipc/types.ts';

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
    ...part,
  };
}

export function key(provider: string, name: string, part: Partial<KeyView> = {}): KeyView {
  return {
    id: `${provider}/${name}`,
    provider,
    name,
    source: 'vault',
    hint: { prefix: 'sk-', tail: '9xQ2' },
    state: 'active',
    vault: 'keychain',
    enabled: true,
    bound_to: null,
    last_test: null,
    created_at: 1_763_000_000_000,
    rotated_at: null,
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
    key_need: 'required',
    console_url: `https://platform.${id}.com/keys`,
    docs_url: `https://docs.${id}.com`,
    env: [`${id.toUpperCase()}_API_KEY`],
    mark: id,
    aliases: [],
    placeholder: 'sk-…',
    test_method: 'GET',
    test_url: `https://${host}/v1/models`,
    keys: [],
    ...part,
  };
}

export function vaultView(part: Partial<VaultView> = {}): VaultView {
  return {
    kind: 'keychain',
    state: 'ready',
    identity: { id: 'secret-service:gnome-keyring-daemon:login', name: 'GNOME Keyring', collection: 'Login' },
    other: null,
    secrets: 12,
    proof: null,
    pending: 0,
    holdings: [{ kind: 'keychain', name: 'GNOME Keyring', keys: 12, state: 'ready', here: true }],
    file: {
      exists: false,
      state: 'no_collection',
      path: '/home/ada/.local/share/keystead/vault',
      wait_s: null,
      auto_lock_min: 15,
    },
    keychain: null,
    moving: null,
    lost_session: 0,
    ...part,
  };
}
