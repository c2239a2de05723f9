import type { Outcome, ProviderView, TestReport, VaultView } from '../src/ipc/types.ts';
import { found, inVariable, key, policy, provider, report } from '../src/testing/samples.ts';
import { WORD } from './routing.ts';
import { keysOf, vaultOf } from './vaults.ts';

const query = new URLSearchParams(location.search);
export const scene = query.get('scene') ?? 'usual';
export const slow = Number(query.get('slow') ?? 700);
export const ends = query.get('ends') ?? 'connected';

const hint = (prefix: string, tail: string) => ({ prefix, tail });

function usual(): ProviderView[] {
  return [
    provider('openai', 'OpenAI', {
      keys: [
        key('openai', 'Kestrel CI', {
          hint: hint('sk-svcacct-', '0pWd'),
          last_test: report('no_credit', {
            http_status: 429,
            provider_code: 'insufficient_quota',
            request_id: 'req_8f2c41d07b',
          }),
        }),
        key('openai', 'Personal', {
          hint: hint('sk-proj-', '41Ab'),
          last_test: report('connected', { latency_ms: 398 }),
        }),
        key('openai', 'Work', { last_test: report('connected', { account: [{ kind: 'models', count: 68 }] }) }),
        key('openai', 'Old', { enabled: false, hint: hint('sk-', 'Zz01') }),
        inVariable('openai', 'KESTREL_CI_KEY', { variable: { name: 'KESTREL_CI_KEY', set: false } }),
      ],
      ambient: [found('openai', 'OPENAI_API_KEY', { last_test: report('connected', { latency_ms: 405 }) })],
    }),
    provider('anthropic', 'Anthropic', {
      keys: [
        key('anthropic', 'Personal', { hint: hint('sk-ant-', '7dKp'), last_test: report('connected') }),
        key('anthropic', 'Work', {
          hint: hint('sk-ant-', 'w1Qe'),
          last_test: report('invalid_key', {
            url: 'https://api.anthropic.com/v1/models',
            provider_code: 'authentication_error',
            detail: 'invalid x-api-key',
            request_id: 'req_011CT8f2c41d07b',
          }),
        }),
      ],
    }),
    provider('azure', 'Azure OpenAI', {
      host: 'kestrel-eu-west-central.openai.azure.com',
      keys: [
        key('azure', 'Default', {
          hint: hint('', '3a9f'),
          last_test: report('unreachable', { cause: 'timeout', latency_ms: 5000, http_status: null }),
        }),
      ],
    }),
    provider('deepseek', 'DeepSeek', {
      keys: [
        key('deepseek', 'Default', {
          hint: hint('sk-', 'c04e'),
          last_test: report('no_credit', {
            latency_ms: 388,
            account: [{ kind: 'credit', remaining: 0, limit: null, currency: 'USD' }],
          }),
        }),
      ],
    }),
    provider('groq', 'Groq', {
      keys: [
        key('groq', 'A', {
          hint: hint('gsk_', 'Tz8m'),
          last_test: report('rate_limited', { retry_after_s: 338, latency_ms: 96 }),
        }),
        key('groq', 'B', {
          hint: hint('gsk_', '2pLx'),
          last_test: report('rate_limited', { retry_after_s: 338, latency_ms: 90 }),
        }),
      ],
    }),
    provider('google', 'Google Gemini', {
      mark: 'gemini',
      host: 'generativelanguage.googleapis.com',
      aliases: ['gemini'],
      ambient: [found('google', 'GEMINI_API_KEY', { last_test: report('connected', { latency_ms: 231 }) })],
    }),
    provider('nvidia', 'NVIDIA NIM', {
      host: 'integrate.api.nvidia.com',
      keys: [
        key('nvidia', 'Default', {
          hint: hint('nvapi-', 'Hq51'),
          last_test: report('reachable_unverified', { latency_ms: null }),
        }),
      ],
    }),
    provider('ollama', 'Ollama', {
      host: 'localhost:11434',
      local: true,
      key_need: 'optional',
      base_url: 'http://localhost:11434/v1',
      default_base_url: 'http://localhost:11434/v1',
      console_url: null,
      keys: [
        key('ollama', 'Default', {
          source: 'none',
          hint: null,
          last_test: report('connected', { latency_ms: 3, account: [{ kind: 'models', count: 14 }] }),
        }),
      ],
    }),
    provider('openrouter', 'OpenRouter', {
      host: 'openrouter.ai',
      keys: [
        key('openrouter', 'Default', {
          hint: hint('sk-or-', 'kV3n'),
          last_test: report('connected', {
            account: [
              { kind: 'credit', remaining: 4.2, limit: 10, currency: 'USD' },
              { kind: 'resets', every: '2026-12-01' },
            ],
          }),
        }),
      ],
    }),
    provider('mistral', 'Mistral', { keys: keysOf(scene) }),
    provider('gateway', 'Our gateway', {
      custom: true,
      mark: null,
      host: 'llm.kestrel.example',
      base_url: 'https://llm.kestrel.example/v1',
      default_base_url: null,
      test_url: 'https://llm.kestrel.example/v1/models',
      console_url: null,
      docs_url: null,
      key_need: 'optional',
      urls: [
        {
          dialect: 'anthropic',
          base_url: 'https://llm.kestrel.example/anthropic',
          host: 'llm.kestrel.example',
          test_method: 'POST',
          test_url: 'https://llm.kestrel.example/anthropic/v1/messages',
        },
        {
          dialect: 'gemini',
          base_url: 'https://gemini.kestrel.example',
          host: 'gemini.kestrel.example',
          test_method: 'GET',
          test_url: 'https://gemini.kestrel.example/v1beta/models?pageSize=1000',
        },
      ],
      headers: [
        { name: 'cf-access-client-secret', plain: null, hint: hint('', '9f0e'), state: 'active', bound_to: null },
        { name: 'x-org-token', plain: null, hint: hint('', '7dKp'), state: 'missing', bound_to: null },
        {
          name: 'x-old-token',
          plain: null,
          hint: hint('', 'w1Qe'),
          state: 'active',
          bound_to: 'https://old.kestrel.example',
        },
        { name: 'x-team', plain: 'research', hint: null, state: 'active', bound_to: null },
      ],
      configuration: { location: 'eu-west', url_query_params: '{"api-version":"2024-10-21"}' },
      own_models: ['kestrel-large', 'kestrel-small'],
      keys: [key('gateway', 'Work', { hint: hint('', 'q0Xk'), last_test: report('connected', { latency_ms: 88 }) })],
    }),
  ];
}

const others =
  'Cerebras Cohere Fireworks MiniMax Moonshot Perplexity Together xAI Zhipu Replicate Voyage Jina Nebius Novita Hyperbolic Baseten Upstage Venice'.split(
    ' ',
  );
const china = { name: 'China', base_url: 'https://api.moonshot.cn/v1', host: 'api.moonshot.cn' };
const rest = (): ProviderView[] =>
  others.map((name) => provider(name.toLowerCase(), name, name === 'Moonshot' ? { regions: [china] } : {}));
const local = provider('lmstudio', 'LM Studio', {
  host: 'localhost:1234',
  local: true,
  key_need: 'optional',
  base_url: 'http://localhost:1234/v1',
  console_url: null,
});

function crowded(): ProviderView[] {
  const made = Array.from({ length: 22 }, (_, i) =>
    provider(`team-${i}`, i === 3 ? 'A gateway whose name nobody ever thought to keep short' : `Gateway ${i + 1}`, {
      custom: true,
      mark: null,
      host: `gateway-${i + 1}.internal.kestrel-research.example.org`,
      keys: Array.from({ length: i === 3 ? 30 : (i % 7) + 1 }, (_, n) =>
        key(
          `team-${i}`,
          i === 3 && n % 2
            ? `${WORD.slice(0, 37)} ${n}`
            : `Key number ${n + 1} of a very long name that goes on and on`,
          {
            last_test: n % 3 ? report(i === 3 && n === 6 ? 'rate_limited' : 'connected') : null,
            policy: {
              ...policy,
              weight: n % 4,
              tier: n > 20 ? 'fallback' : 'prioritized',
              position: n,
              expires_on: n === 1 ? new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10) : null,
            },
          },
        ),
      ),
    }),
  );
  return [...usual(), ...made, ...rest()];
}

/** A provider for each way a test can end, under its own name. */
const ends15: [Outcome, Partial<TestReport>][] = [
  ['connected', { account: [{ kind: 'models', count: 68 }] }],
  ['reachable_unverified', { cause: 'any_key_accepted' }],
  ['invalid_key', { provider_code: 'invalid_api_key', detail: 'Incorrect API key provided: •••.' }],
  ['expired', {}],
  ['disabled', { detail: 'This key has been disabled by its owner.' }],
  ['no_credit', { http_status: 429, provider_code: 'insufficient_quota' }],
  ['rate_limited', { http_status: 429, retry_after_s: 338 }],
  ['restricted', { http_status: 403, detail: 'You have insufficient permissions for this operation.' }],
  ['region_blocked', { http_status: 403 }],
  ['model_unavailable', { http_status: 404, occasion: 'paid', model: 'tiny-1' }],
  ['wrong_base_url', { http_status: 404, cause: 'html' }],
  ['unreachable', { cause: 'dns', http_status: null, latency_ms: null }],
  ['provider_down', { http_status: 503, occasion: 'schedule' }],
  ['vault_unavailable', { cause: 'vault_locked', http_status: null, latency_ms: null }],
  ['not_configured', { cause: 'origin', http_status: null, latency_ms: null }],
];
const outcomes = (): ProviderView[] =>
  ends15.map(([outcome, part]) =>
    provider(outcome.replaceAll('_', '-'), outcome.replaceAll('_', ' '), {
      mark: null,
      keys: [key(outcome.replaceAll('_', '-'), 'Work', { last_test: report(outcome, part) })],
    }),
  );

export const providers: ProviderView[] =
  scene === 'empty'
    ? [
        provider('openai', 'OpenAI'),
        provider('anthropic', 'Anthropic'),
        provider('mistral', 'Mistral'),
        local,
        ...rest(),
      ]
    : scene === 'outcomes'
      ? outcomes()
      : scene === 'crowded'
        ? crowded()
        : [...usual(), local, ...rest()];

export const vault: VaultView = vaultOf(scene);
