// Tasks, limits, workspaces and events, in every state the pages have: empty, as usual, crowded.
import type {
  ConsideredKey,
  ConsideredTarget,
  EventKind,
  EventView,
  FieldChange,
  LimitView,
  Resolution,
  TaskTarget,
  TaskView,
  WorkspaceView,
} from '../src/ipc/types.ts';

export const WORD = 'Datenschutzgrundverordnungskonformitätserklärung';
/** More than a hundred characters, as aggregators have them. */
export const MODEL =
  'some-organisation-with-a-long-name/Mixture-of-Experts-Instruct-2026-11-FP8-context-1048576-thinking-preview-0123456789';
const DAY = 86_400_000;

export const workspacesOf = (scene: string): WorkspaceView[] => {
  const one = (name: string, part: Partial<WorkspaceView> = {}): WorkspaceView => ({
    id: name,
    name,
    is_default: name === 'Default',
    current: name === 'Default',
    own_keys: 0,
    own_tasks: 0,
    version: 0,
    ...part,
  });
  if (scene === 'empty') return [one('Default')];
  if (scene !== 'crowded') return [one('Default'), one('Client', { own_keys: 1, own_tasks: 2 })];
  const many = Array.from({ length: 12 }, (_, n) => one(`${WORD} ${n + 1}`, { own_keys: n, own_tasks: 30 - n }));
  return [one('Default', { own_keys: 30, own_tasks: 12 }), ...many];
};

const considered = (name: string, place: ConsideredKey['place'], part: Partial<ConsideredKey> = {}): ConsideredKey => ({
  name: { id: name, provider: 'OpenAI', name },
  tier: 'prioritized',
  weight: 1,
  share: 0,
  place,
  warnings: [],
  ...part,
});

const target = (
  provider: string,
  provider_name: string | null,
  model: string,
  keys: ConsideredKey[],
): ConsideredTarget => ({
  provider,
  provider_name,
  model,
  not_offered: false,
  keys,
});

function found(task: string, targets: ConsideredTarget[], broken: Resolution['broken'] = null): Resolution {
  const at = targets.find((one) => one.keys.some(({ place }) => place.kind === 'used'));
  const key = at?.keys.find(({ place }) => place.kind === 'used');
  return {
    schema: 'keystead.resolve/1',
    task,
    targets_of: null,
    workspace: 'Default',
    used: at
      ? {
          provider: at.provider,
          provider_name: at.provider_name ?? at.provider,
          model: at.model,
          called: at.model,
          base_url: 'https://api.example.com/v1',
          name: key?.name ?? null,
          key_ref: null,
        }
      : null,
    broken,
    targets,
    parameters: '{}',
  };
}

const task = (
  slug: string,
  name: string,
  purpose: string,
  now: Resolution,
  same_as: string | null = null,
): TaskView => {
  const targets: TaskTarget[] = same_as ? [] : now.targets.map(({ provider, model }) => ({ provider, model }));
  const parameters = slug === 'chat' ? '{"temperature":0.2,"max_tokens":4000,"stop":["END"]}' : '{}';
  const assignment = { inherited: false, targets, same_as, parameters, version: 1 };
  return {
    slug,
    name,
    purpose,
    version: 0,
    assignment: now.broken?.kind === 'unassigned' ? null : assignment,
    now,
  };
};

const unassigned = (slug: string) => found(slug, [], { kind: 'unassigned' });

function usual(): TaskView[] {
  const work = considered('Work', { kind: 'used' }, { weight: 3, share: 0.75 });
  const home = considered('Personal', { kind: 'next', after: 1 }, { share: 0.25 });
  const dead = considered('Old', { kind: 'dead', outcome: 'invalid_key', at: Date.now() - 240_000 });
  const chat = found('chat', [
    target('openai', 'OpenAI', 'gpt-5', [work, home, dead]),
    target('anthropic', 'Anthropic', 'claude-sonnet-4-5', [
      considered('Work', { kind: 'dead', outcome: 'invalid_key', at: Date.now() - 9e6 }),
    ]),
    target('ollama', 'Ollama', 'llama3.3', [considered('', { kind: 'next', after: 4 }, { name: null })]),
  ]);
  const code = found('code', [
    target('mistral', 'Mistral', 'codestral-latest', [considered('Default', { kind: 'used' }, { share: 1 })]),
  ]);
  const broken = found('embeddings', [
    { ...target('openai', 'OpenAI', 'text-embedding-ada-001', []), not_offered: true },
  ]);
  return [
    task('chat', 'Chat', 'Conversations', chat),
    task('code', 'Code', 'Editing and review', code),
    task('summaries', 'Summaries', 'Long text to short', chat, 'chat'),
    task('embeddings', 'Embeddings', 'Search and recall', broken),
    task('titles', 'Titles', '', unassigned('titles')),
  ];
}

function crowded(): TaskView[] {
  const keys = Array.from({ length: 30 }, (_, n) =>
    considered(`${WORD.slice(0, 36)} ${n}`, n ? { kind: 'next', after: n } : { kind: 'used' }, {
      weight: n ? 1 : 12,
      share: n < 4 ? 0.25 : 0,
      warnings: n === 2 ? [{ limit: '1', breach: { kind: 'too_old', days: 412, limit: 90 } }] : [],
    }),
  );
  const targets = Array.from({ length: 12 }, (_, n) =>
    target(
      n === 4 ? 'gone' : `team-${n}`,
      n === 4 ? null : n === 3 ? 'A gateway whose name nobody ever thought to keep short' : `Gateway ${n + 1}`,
      `${MODEL}-${n}`,
      n === 4 ? [] : keys.slice(0, n ? 3 : 30),
    ),
  );
  const many = Array.from({ length: 8 }, (_, n) =>
    task(
      `t${n}`,
      `${WORD} ${n}`,
      `${WORD} und ${WORD.toLowerCase()}`,
      n % 2 ? unassigned(`t${n}`) : found(`t${n}`, targets.slice(n, n + 2)),
    ),
  );
  return [task('chat', WORD, 'Conversations', found('chat', targets)), ...usual().slice(1), ...many];
}

export const tasksOf = (scene: string): TaskView[] =>
  scene === 'empty' ? [] : scene === 'crowded' ? crowded() : usual();

const limit = (id: string, part: Partial<LimitView>): LimitView => ({
  id,
  kind: 'max_age',
  effect: 'warn',
  enabled: true,
  workspace: null,
  provider: null,
  amount: 90,
  currency: null,
  patterns: [],
  version: 0,
  breaches: [],
  ...part,
});

export function limitsOf(scene: string): LimitView[] {
  if (scene === 'empty') return [];
  const name = (n: number) => ({ id: String(n), provider: 'OpenAI', name: n ? `${WORD.slice(0, 38)} ${n}` : 'Work' });
  const breaches = Array.from({ length: scene === 'crowded' ? 30 : 1 }, (_, n) => ({
    name: name(n),
    model: null,
    effect: 'warn' as const,
    breach: { kind: 'too_old' as const, days: 412 + n, limit: 90 },
  }));
  const some = [
    limit('1', { breaches }),
    limit('2', { kind: 'denied_models', effect: 'refuse', amount: null, patterns: ['*-preview', 'o1-*'] }),
    limit('3', { kind: 'min_credit', amount: 5, currency: 'USD', enabled: false, provider: 'openrouter' }),
    limit('4', {
      kind: 'allowed_providers',
      effect: 'refuse',
      amount: null,
      patterns: ['openai', 'anthropic'],
      workspace: 'Client',
    }),
  ];
  if (scene !== 'crowded') return some;
  const patterns = Array.from({ length: 30 }, (_, n) => `${MODEL}-${n}`);
  return [
    ...some,
    limit('5', {
      kind: 'denied_models',
      effect: 'refuse',
      amount: null,
      patterns,
      workspace: `${WORD} 1`,
      provider: 'team-3',
    }),
  ];
}

export function eventsOf(scene: string): EventView[] {
  if (scene === 'empty') return [];
  const long = scene === 'crowded';
  const name = long ? WORD : 'Work';
  const at = (n: number) => Date.now() - n * (long ? DAY / 20 : DAY / 3);
  const change = (part: string, from: string | null, to: string | null): FieldChange => ({ part, from, to });
  const kinds: [EventKind, Partial<EventView>][] = [
    [
      'key_edited',
      {
        changes: [
          change('weight', '1.0', '3.0'),
          change('tier', 'prioritized', 'fallback'),
          change(
            'blocked',
            '[]',
            JSON.stringify(long ? Array.from({ length: 9 }, (_, n) => `${MODEL}${n}`) : ['*-mini']),
          ),
        ],
      },
    ],
    ['key_removed', { actor: 'command' }],
    ['key_tested', { actor: 'schedule', undoable: false, detail: { was: 'connected', outcome: 'invalid_key' } }],
    [
      'setting_changed',
      { provider: null, provider_name: null, subject: 'clipboard_s', changes: [change('value', '30', '10')] },
    ],
    [
      'setting_changed',
      { provider: null, provider_name: null, subject: 'retest_h', changes: [change('value', null, '24')] },
    ],
    [
      'task_assigned',
      {
        provider: null,
        provider_name: null,
        subject: long ? WORD : 'Chat',
        changes: [change('targets', '[]', JSON.stringify([{ provider: 'openai', model: long ? MODEL : 'gpt-5' }]))],
      },
    ],
    ['limit_added', { provider: null, provider_name: null, subject: 'max_age' }],
    ['maintenance_begun', { provider: null, provider_name: null, subject: 'maintenance' }],
    [
      'keys_edited',
      {
        subject: long ? Array.from({ length: 30 }, (_, n) => `${WORD} ${n}`).join(', ') : 'Work, Personal',
        detail: { count: long ? '30' : '2' },
      },
    ],
    ['key_copied', { undoable: false, actor: 'command' }],
    ['consent_given', { provider: null, provider_name: null, subject: 'http://192.168.1.5:8080' }],
    ['key_added', { undone: true, undoable: false }],
    ['key_edited', { undoes: 3 }],
  ];
  return Array.from({ length: long ? 50 : kinds.length }, (_, n) => {
    const [kind, part] = kinds[n % kinds.length] as (typeof kinds)[number];
    return {
      id: 100 - n,
      at: at(n),
      actor: 'app',
      kind,
      provider: 'openai',
      provider_name: long ? 'A gateway whose name nobody ever thought to keep short' : 'OpenAI',
      key_id: null,
      subject: name,
      detail: {},
      changes: [],
      undoable: true,
      undone: false,
      undoes: null,
      ...part,
    };
  });
}
