import type { ApplyModels, ListProgress, ModelsView, ModelView } from '../src/ipc/types.ts';
import { listFailure, listReport, model, modelsView, never } from '../src/testing/models.ts';

const names = (
  'gpt-4.1 gpt-4.1-mini gpt-4o gpt-4o-mini gpt-5 gpt-5-codex gpt-5-nano gpt-image-1 o3 o4-mini omni-moderation-latest ' +
  'text-embedding-3-large text-embedding-3-small tts-1 whisper-1'
).split(' ');

function usual(): ModelView[] {
  return [
    model('gpt-4-32k', 'gone', { context: 32_768, price: null }),
    model('gpt-5-mini-2026-11-04', 'new', { price: { input: 0.25, output: 2, currency: 'USD' } }),
    model('gpt-realtime-mini', 'new', { context: 32_000, price: { input: 0.6, output: 2.4, currency: 'USD' } }),
    ...names.map((id, i) =>
      model(id, i % 6 === 4 ? 'left' : 'applied', {
        name: i % 3 === 0 ? `OpenAI: ${id.toUpperCase()}` : null,
        context: i % 5 === 3 ? null : 128_000 * (1 + (i % 8)),
        price: i % 7 === 6 ? null : { input: 0.15 * (i + 1), output: 0.6 * (i + 1), currency: 'USD' },
      }),
    ),
  ].sort((a, b) => a.id.localeCompare(b.id));
}

const crowded = (): ModelView[] =>
  Array.from({ length: 5000 }, (_, i) =>
    model(
      `some-organisation-with-a-long-name/Model-${String(i).padStart(4, '0')}-Instruct-2026-11-FP8`,
      i % 500 === 7 ? 'new' : i % 900 === 8 ? 'gone' : 'applied',
      { name: `Some Organisation: Model ${i} Instruct`, context: 8192 * (1 + (i % 128)) },
    ),
  );

const views: Record<string, ModelsView> = {};

export function viewOf(id: string, scene: string): ModelsView {
  const [provider = ''] = id.split('/');
  views[id] ??=
    provider === 'nvidia'
      ? never(id, { listable: false })
      : provider === 'anthropic'
        ? never(id)
        : provider === 'groq'
          ? modelsView(id, [])
          : provider === 'google'
            ? modelsView(
                id,
                usual().filter((one) => one.state === 'applied'),
                {
                  last_try: listReport({
                    failure: listFailure({ outcome: 'rate_limited', page: 2, http_status: 429, detail: 'Slow down.' }),
                    at: Date.now(),
                  }),
                  listed_at: Date.now() - 5 * 86_400_000,
                },
              )
            : modelsView(id, scene === 'crowded' ? crowded() : usual(), { public: provider === 'openrouter' });
  return views[id];
}

export async function fetchList(
  { id }: { id: string },
  progress: { onmessage: (at: ListProgress) => void },
  scene: string,
  slow: number,
): Promise<ModelsView> {
  for (let pages = 1; pages <= 5; pages += 1) {
    await new Promise((resolve) => setTimeout(resolve, slow / 2));
    progress.onmessage({ pages, models: pages * 1000 });
  }
  const models = viewOf(id, scene).models.length > 0 ? viewOf(id, scene).models : usual();
  return (views[id] = modelsView(id, models, { listed_at: Date.now() }));
}

export function applied({ id, take, leave }: ApplyModels): ModelsView {
  const view = views[id] ?? never(id);
  const models = view.models
    .filter((one) => !(one.gone_since !== null && leave.includes(one.id)))
    .map((one): ModelView => {
      if (take.includes(one.id)) return { ...one, state: one.gone_since === null ? 'applied' : 'kept' };
      return leave.includes(one.id) ? { ...one, state: 'left' } : one;
    });
  return (views[id] = { ...view, models, decided_at: Date.now() });
}
