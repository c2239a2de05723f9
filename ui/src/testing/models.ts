// Lists of models as Rust would send them, for tests and for the page under dev/.
import type { ListFailure, ListReport, ModelState, ModelsView, ModelView } from '../ipc/types.ts';

const DAY = 86_400_000;

export function model(id: string, state: ModelState = 'applied', part: Partial<ModelView> = {}): ModelView {
  const gone = state === 'gone' || state === 'kept';
  return {
    id,
    name: null,
    context: 400_000,
    price: { input: 1.25, output: 10, currency: 'USD' },
    state,
    first_seen: Date.now() - 12 * DAY,
    gone_since: gone ? Date.now() - 150_000 : null,
    ...part,
  };
}

export function listReport(part: Partial<ListReport> = {}): ListReport {
  return {
    failure: null,
    url: 'https://api.openai.com/v1/models',
    public: false,
    pages: 1,
    models: 3,
    refused: 0,
    took_ms: 400,
    at: Date.now() - 150_000,
    ...part,
  };
}

export function listFailure(part: Partial<ListFailure> = {}): ListFailure {
  return {
    outcome: 'provider_down',
    cause: null,
    page: 1,
    http_status: 503,
    provider_code: null,
    detail: null,
    retry_after_s: null,
    ...part,
  };
}

/** A list that came two and a half minutes ago; the user decided twelve days before. */
export function modelsView(key_id: string, models: ModelView[], part: Partial<ModelsView> = {}): ModelsView {
  return {
    key_id,
    listable: true,
    public: false,
    listed_at: Date.now() - 150_000,
    from_host: null,
    decided_at: Date.now() - 12 * DAY,
    last_try: listReport({ models: models.length }),
    models,
    ...part,
  };
}

export const never = (key_id: string, part: Partial<ModelsView> = {}): ModelsView =>
  modelsView(key_id, [], { listed_at: null, decided_at: null, last_try: null, ...part });
