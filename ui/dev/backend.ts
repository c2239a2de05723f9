import type {
  AddKey,
  CheckBaseUrl,
  ConsentView,
  DraftView,
  EditNetwork,
  EditProvider,
  Error as Fault,
  GiveConsent,
  KeyView,
  MoveKeys,
  Outcome,
  ProviderView,
  Settings,
  UseVault,
  VaultKind,
  VaultView,
} from '../src/ipc/types.ts';
import { usual } from '../src/state/settings.svelte.ts';
import { key, networkView, report } from '../src/testing/samples.ts';
import { ends, providers, scene, slow, vault } from './scenes.ts';
import { applied, fetchList, viewOf } from './models.ts';
import { eventsOf, limitsOf, tasksOf, workspacesOf } from './routing.ts';
import { moveSome, storageCheck } from './vaults.ts';

let settings: Settings = {
  ...usual,
  scheme: (new URLSearchParams(location.search).get('scheme') as Settings['scheme'] | null) ?? 'system',
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const keys = (): KeyView[] => providers.flatMap((one) => one.keys);
const fail = (fault: Fault): never => {
  throw fault as unknown as Error;
};
const draft = (hint: DraftView['hint'], fits: string[], part: Partial<DraftView> = {}): DraftView => ({
  id: 'draft',
  hint,
  reference: null,
  fits,
  otherwise: fits,
  cleaned: [],
  duplicate_of: null,
  duplicates_checked: true,
  form: 'bare',
  variable: null,
  base_url: null,
  more: [],
  ...part,
});

async function test(): Promise<unknown> {
  await pause(slow);
  const account =
    ends === 'connected'
      ? [
          { kind: 'credit' as const, remaining: 4.2, limit: 10, currency: 'USD' },
          { kind: 'resets' as const, every: '2026-12-01' },
        ]
      : [];
  return report(ends as Outcome, {
    at: Date.now(),
    account,
    provider_code: ends === 'connected' ? null : 'invalid_api_key',
    request_id: 'req_8f2c41d07b',
    detail: ends === 'connected' ? null : 'Incorrect API key provided: ••••3fTz.',
  });
}

function typed(bytes: Uint8Array): DraftView {
  const text = new TextDecoder().decode(bytes).trim();
  const name = /^env\.(\w+)$/.exec(text)?.[1];
  if (name) return draft(null, ['openai'], { reference: { name, set: !name.includes('UNSET') } });
  if (text.startsWith('env.')) fail({ code: 'variable_invalid', message: '', field: 'secret' });
  if (text.includes('…')) fail({ code: 'secret_mask', message: '', field: 'secret' });
  const tail = text.length >= 20 ? text.slice(-4) : null;
  if (text.startsWith('sk-or-')) return draft({ prefix: 'sk-or-', tail }, ['openrouter']);
  if (text.startsWith('sk-ant-'))
    return draft({ prefix: 'sk-ant-', tail }, ['anthropic'], { cleaned: ['assignment', 'quotes'] });
  if (text.startsWith('sk-proj-'))
    return draft({ prefix: 'sk-proj-', tail }, ['openai'], {
      duplicate_of: { id: 'x', provider: 'OpenAI', name: 'Work' },
    });
  return text.startsWith('sk-')
    ? draft({ prefix: 'sk-', tail }, ['openai', 'deepseek', 'moonshot'])
    : draft({ prefix: '', tail }, []);
}

const kind = new URLSearchParams(location.search).get('paste');
function pasted(): DraftView {
  if (kind === 'two') {
    const gateway = { variable: 'GATEWAY_API_KEY', base_url: 'https://llm.kestrel.example/v1/chat/completions' };
    const second = draft({ prefix: 'sk-', tail: 'w7Qe' }, [], {
      id: 'second',
      otherwise: ['openai', 'deepseek'],
      ...gateway,
    });
    const first = { variable: 'ANTHROPIC_API_KEY', form: 'environment' as const, more: [second] };
    return draft({ prefix: 'sk-ant-', tail: '3fTz' }, ['anthropic'], first);
  }
  if (kind === 'moonshot') return draft({ prefix: 'sk-', tail: 'k1Mi' }, ['moonshot']);
  const bytes = ends === 'invalid_key' ? 'sk-ant-api03-aaaaaaaaaaaaaa3fTz' : 'sk-or-v1-aaaaaaaaaaaaaaaae7Wd';
  return typed(new TextEncoder().encode(bytes));
}

let consents: ConsentView[] =
  scene === 'crowded'
    ? [
        {
          origin: 'http://192.168.1.5:8080',
          host: '192.168.1.5:8080',
          given_at: Date.now() - 9e8,
          providers: ['My box'],
        },
        { origin: 'http://nas.local', host: 'nas.local', given_at: Date.now() - 9e9, providers: [] },
      ]
    : [];
function consent({ base_url }: GiveConsent) {
  const { origin, host } = new URL(base_url);
  return (consents = [...consents, { origin, host, given_at: Date.now(), providers: [] }]);
}

function url({ text }: CheckBaseUrl) {
  if (!/^https?:\/\//.test(text)) fail({ code: 'url_invalid', message: '', field: 'base_url' });
  const { host: at } = new URL(text);
  if (/^http:\/\/(10|192\.168)\./.test(text) && !consents.some((one) => one.host === at))
    fail({ code: 'url_lan_http', message: '', field: 'base_url' });
  const removed = /\/chat\/completions$/.exec(text)?.[0] ?? null;
  const base_url = text.replace(/\/chat\/completions$/, '');
  const { host } = new URL(base_url);
  return {
    base_url,
    host,
    test_method: 'GET',
    test_url: `${base_url}/models`,
    removed,
    added: null,
    unencrypted: base_url.startsWith('http:') && !host.startsWith('localhost'),
    changes_origin: host !== 'api.openai.com',
  };
}

const edited = (req: { id: string }, part: Partial<ProviderView>) =>
  Object.assign(providers.find((one) => one.id === req.id) ?? {}, part);

function add(req: AddKey): KeyView {
  const owner = providers.find((one) => req.provider.kind === 'existing' && one.id === req.provider.id);
  const made = key(owner?.id ?? 'custom', req.name || 'Default');
  owner?.keys.push(made);
  return made;
}

function adopt(id: string): KeyView {
  const owner = providers.find((one) => one.ambient.some((found) => found.id === id));
  const made = key(owner?.id ?? '', 'Default');
  if (owner) Object.assign(owner, { ambient: [], keys: [...owner.keys, made] });
  return made;
}

function choose(kind: VaultKind): VaultView {
  const file = kind === 'file' ? { ...vault.file, exists: true, state: 'ready' } : vault.file;
  const holdings = vault.holdings.map((one) => ({ ...one, here: one.kind === kind }));
  return Object.assign(vault, { kind, state: 'ready', file, holdings, proof: null });
}

function opened(kind: VaultKind): VaultView {
  const holdings = vault.holdings.map((one) => (one.kind === kind ? { ...one, state: 'ready' } : one));
  const file = kind === 'file' ? { ...vault.file, state: 'ready', wait_s: null } : vault.file;
  return Object.assign(vault, { holdings, file, ...(vault.kind === kind ? { state: 'ready' } : {}) });
}

const networks: Record<string, EditNetwork> = {};
function network(provider: string | null, req?: EditNetwork) {
  if (req?.ca_file?.endsWith('.txt')) fail({ code: 'ca_file_not_pem', message: '', field: 'ca_file' });
  if (req?.proxy?.includes('@')) fail({ code: 'proxy_credentials', message: '', field: 'proxy' });
  if (req?.timeout_s === 0) fail({ code: 'timeout_invalid', message: '', field: 'timeout' });
  const [all, own] = [networks[''] ?? {}, { ...networks[provider ?? ''], ...req }] as Partial<EditNetwork>[];
  networks[provider ?? ''] = { ...own, provider } as EditNetwork;
  const mine = own?.proxy && own.proxy !== 'inherit';
  const proxy = mine ? own.proxy : all?.proxy;
  return networkView(
    { ...own, provider },
    {
      proxy: proxy?.includes('://') ? new URL(proxy).host : null,
      proxy_by: mine ? (provider ? 'provider' : 'all') : all?.proxy ? 'all' : 'system',
      ca_file: own?.ca_file ?? all?.ca_file ?? null,
      ca_by: own?.ca_file ? 'provider' : 'all',
      authorities: 2,
    },
  );
}

let wrong = 0;
function passphrase(bytes: Uint8Array): VaultView {
  if (new TextDecoder().decode(bytes) === 'correct horse battery') return opened('file');
  wrong += 1;
  if (wrong >= 5) vault.file.wait_s = 2 ** (wrong - 5);
  return fail({ code: wrong > 5 ? 'passphrase_wait' : 'passphrase_wrong', message: '', field: 'passphrase' });
}

export async function answer(command: string, args: unknown): Promise<unknown> {
  const { req } = (args ?? {}) as { req: never };
  const commands: Record<string, () => unknown> = {
    list_providers: () =>
      scene === 'loading'
        ? pause(60_000)
        : scene === 'failed'
          ? fail({ code: 'store_failed', message: '' })
          : structuredClone(providers),
    edit_provider: () => Object.assign(providers.find((one) => one.id === (req as EditProvider).id) ?? {}, req),
    check_base_url: () => url(req),
    set_dialect: () => edited(req, {}),
    set_url: () => edited(req, {}),
    set_header: () => fail({ code: 'header_taken', message: '', field: 'header_name' }),
    remove_header: () => edited(req, {}),
    set_configuration: () => fail({ code: 'configuration_secret', message: '', field: 'configuration', line: 2 }),
    set_models: () => edited(req, {}),
    draft_header: () => draft({ prefix: '', tail: '7dKp' }, []),
    draft_key: () => typed(args as Uint8Array),
    paste_key: () => pasted(),
    add_key: () => add(req),
    adopt_variable: () => adopt((req as { id: string }).id),
    confirm_variable: () => keys().find((one) => one.id === (args as { id: string }).id),
    known_variables: () =>
      scene === 'known'
        ? [{ variable: 'OPENAI_API_KEY', saved_as: { id: 'openai/Work', provider: 'OpenAI', name: 'Work' } }]
        : [],
    rename_key: () => fail({ code: 'name_taken', message: '', field: 'name' }),
    enable_key: () => ({ ...keys().find((one) => one.id === (req as { id: string }).id), ...(req as object) }),
    reveal_key: () => fail({ code: 'vault_denied', message: '' }),
    test_draft: test,
    test_key: test,
    try_region: () => pause(slow).then(() => report('connected')),
    use_region: () => keys()[0],
    test_dialect: test,
    list_models: () => viewOf((args as { id: string }).id, scene),
    fetch_models: () => fetchList(req, (args as { progress: never }).progress, scene, slow),
    apply_models: () => applied(req),
    vault_status: () => vault,
    unlock_vault: () => opened('keychain'),
    create_keyring: () => opened('keychain'),
    use_vault: () => choose((req as UseVault).kind),
    create_file_vault: () => pause(2 * slow).then(() => choose('file')),
    unlock_file_vault: () => pause(slow).then(() => passphrase(args as Uint8Array)),
    lock_file_vault: () => Object.assign(vault, { state: 'locked', file: { ...vault.file, state: 'locked' } }),
    change_passphrase: () => pause(2 * slow),
    move_keys: () => pause(slow).then(() => moveSome(vault, (req as MoveKeys).to, ends !== 'connected')),
    stop_moving: () => Object.assign(vault, { moving: null }),
    check_storage: () => pause(slow).then(() => storageCheck(scene)),
    prove_vault: () => Object.assign(vault, { proof: { write_ms: 4.1, read_ms: 2.2, remove_ms: 3.4, at: Date.now() } }),
    get_network: () => network((args as { provider: string | null }).provider),
    edit_network: () => network((req as EditNetwork).provider, req),
    keep_proxy_login: () => ({ ...network(null), proxy_login: 'saved' }),
    forget_proxy_login: () => network(null),
    list_consents: () => consents,
    give_consent: () => consent(req),
    revoke_consent: () => (consents = consents.filter((one) => one.origin !== (args as { origin: string }).origin)),
    list_tasks: () => tasksOf(scene),
    assign_tasks: () => tasksOf(scene),
    save_task: () => tasksOf(scene),
    order_tasks: () => tasksOf(scene),
    dry_run: () => tasksOf(scene).find((one) => one.slug === (req as { task: string }).task)?.now,
    list_workspaces: () => workspacesOf(scene),
    use_workspace: () => workspacesOf(scene),
    list_limits: () => limitsOf(scene),
    preview_limit: () => limitsOf(scene)[0],
    save_limit: () => limitsOf(scene),
    list_activity: () => eventsOf(scene),
    edit_keys: () => [],
    get_settings: () => settings,
    save_settings: () => (settings = { ...settings, ...(req as object) }),
    about: () => ({ version: '0.1.0', database: '/home/kestrel/.local/share/keystead/keystead.db' }),
  };
  return (await commands[command]?.()) ?? null;
}
