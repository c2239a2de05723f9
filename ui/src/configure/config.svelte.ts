import { fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/ipc.ts';
import type {
  Bucket,
  Config,
  DraftView,
  FieldView,
  FormView,
  KeyView,
  ProviderView,
  Setting,
  TestReport,
} from '../ipc/types.ts';
import { loadProviders } from '../state/catalogue.svelte.ts';
import { newRun, settle } from '../state/run.ts';
import { forgetTest, testKey } from '../state/tests.svelte.ts';
import { canSave, refreshVault, vault } from '../state/vault.svelte.ts';
import { t } from '../text/t.ts';

type Phase =
  | { is: 'untested' }
  | { is: 'testing'; run: string; shown: boolean }
  | { is: 'tested'; run: string; report: TestReport };

export type Pair = { name: string; text: string };
export type BucketRow = { name: string; prefix: string; is_default: boolean };

export const isSecret = (field: FieldView): boolean => field.kind === 'secret' || field.kind === 'file';

/** A provider's own form, being filled in. Its secrets are drafts: the page knows their masks, never their text. */
export class ConfigForm {
  readonly provider: ProviderView;
  readonly form: FormView;
  /** The saved key that is edited. */
  readonly key: KeyView | null;
  mode = $state('');
  name = $state('');
  texts = $state<Record<string, string>>({});
  flags = $state<Record<string, boolean>>({});
  maps = $state<Record<string, Pair[]>>({});
  buckets = $state<Record<string, BucketRow[]>>({});
  /** Secrets that were typed, pasted or chosen now. */
  parts = $state<Record<string, DraftView>>({});
  /** Saved secrets that are to go. */
  cleared = $state<Record<string, boolean>>({});
  faults = $state<Record<string, string>>({});
  phase = $state<Phase>({ is: 'untested' });
  saving = $state(false);
  /** Sends what stands in the fields of secrets; each sets its own while it is there. */
  readonly flushes: Record<string, () => Promise<boolean>> = {};
  #closed = false;

  constructor(provider: ProviderView, form: FormView, key: KeyView | null, draft: DraftView | null) {
    this.provider = provider;
    this.form = form;
    this.key = key;
    const saved = key?.config?.config;
    const first = form.modes[0]?.name ?? '';
    this.mode = saved?.mode ?? first;
    for (const [name, setting] of Object.entries(saved?.values ?? {}))
      if (setting !== undefined) this.#take(name, setting);
    if (key?.variable && !saved) this.texts['key'] = `env.${key.variable.name}`;
    if (draft) this.#place(draft);
  }

  /** A key that was pasted before the form was there goes into the field it fits. */
  #place(draft: DraftView): void {
    const file = draft.form === 'service_account';
    const field = this.form.fields.find((one) => one.kind === (file ? 'file' : 'secret'));
    if (!field) return;
    if (field.modes[0] !== undefined) this.mode = field.modes[0];
    this.parts[field.name] = draft;
  }

  #take(name: string, setting: Setting): void {
    const kind = this.form.fields.find((field) => field.name === name)?.kind;
    if (typeof setting === 'boolean') this.flags[name] = setting;
    else if (typeof setting === 'string') this.texts[name] = setting;
    else if (!Array.isArray(setting))
      this.maps[name] = Object.entries(setting).map(([name, text]) => ({ name, text: text ?? '' }));
    else if (kind === 'buckets')
      this.buckets[name] = (setting as Bucket[]).map((one) => ({
        name: one.bucket_name,
        prefix: one.prefix ?? '',
        is_default: one.is_default,
      }));
    else this.texts[name] = (setting as string[]).join(' ');
  }

  get fields(): FieldView[] {
    return this.form.fields.filter((one) => one.modes.length === 0 || one.modes.includes(this.mode));
  }
  get testing(): boolean {
    return this.phase.is === 'testing' && this.phase.shown;
  }
  get report(): TestReport | null {
    return this.phase.is === 'tested' ? this.phase.report : null;
  }
  get providerName(): string {
    return this.provider.name;
  }
  get host(): string {
    return this.key?.config?.host ?? (this.form.placed ? '' : this.provider.host);
  }
  /** Why it cannot be saved now; null: it can. */
  get hindrance(): string | null {
    if (this.saving) return t('add.saving');
    const secrets = Object.keys(this.parts).length > 0 || Object.keys(this.flushes).length > 0;
    return secrets && !canSave() ? t(`vault.noSave.${vault.view?.kind ?? 'keychain'}`) : null;
  }

  /** Whether the saved key has this secret, in the way to authenticate that is chosen. */
  isKept(field: FieldView): boolean {
    if (!this.key || this.parts[field.name] || this.cleared[field.name] || this.texts[field.name]) return false;
    if (this.key.state === 'missing') return false;
    const saved = this.key.config?.config;
    return saved ? (saved.secrets ?? []).includes(field.name) : field.name === 'key' && this.key.source === 'vault';
  }

  choose(mode: string): void {
    this.mode = mode;
    this.faults = {};
    this.changed();
  }

  /** A result belongs to what was tested: any change takes it away. */
  changed(...names: string[]): void {
    for (const name of names) delete this.faults[name];
    delete this.faults['form'];
    if (this.phase.is === 'testing') void ipc.cancelTest(this.phase.run).catch(() => undefined);
    this.phase = { is: 'untested' };
  }

  /** Takes a secret; false when it was refused, or nothing came. */
  async take(field: FieldView, work: () => Promise<DraftView | null>): Promise<boolean> {
    delete this.faults[field.name];
    try {
      const draft = await work();
      if (!draft) return false;
      if (this.#closed) {
        void ipc.discardDraft(draft.id).catch(() => undefined);
        return false;
      }
      this.drop(field);
      if (draft.reference) {
        this.texts[field.name] = `env.${draft.reference.name}`;
        void ipc.discardDraft(draft.id).catch(() => undefined);
      } else this.parts[field.name] = draft;
      this.changed(field.name);
      return true;
    } catch (thrown) {
      this.#fail(thrown, field.name);
      return false;
    }
  }

  /** Back to the empty field. */
  drop(field: FieldView): void {
    const draft = this.parts[field.name];
    if (draft) void ipc.discardDraft(draft.id).catch(() => undefined);
    delete this.parts[field.name];
    delete this.texts[field.name];
    this.changed(field.name);
  }

  setting(field: FieldView): Setting | null {
    const text = (this.texts[field.name] ?? '').trim();
    switch (field.kind) {
      case 'flag':
        return this.flags[field.name] ? true : null;
      case 'list':
        return text ? text.split(/[\s,]+/) : null;
      case 'map': {
        const rows = (this.maps[field.name] ?? []).filter((row) => row.name.trim() || row.text.trim());
        return rows.length > 0 ? Object.fromEntries(rows.map((row) => [row.name.trim(), row.text.trim()])) : null;
      }
      case 'buckets': {
        const rows = (this.buckets[field.name] ?? []).filter((row) => row.name.trim() || row.prefix.trim());
        const made = rows.map((row) => ({
          bucket_name: row.name.trim(),
          ...(row.prefix.trim() ? { prefix: row.prefix.trim() } : {}),
          is_default: row.is_default,
        }));
        return made.length > 0 ? made : null;
      }
      default:
        return text || null;
    }
  }

  /** What is filled in now, for the chosen way to authenticate. */
  config(): Config {
    const values: Record<string, Setting> = {};
    for (const field of this.fields) {
      const setting = this.setting(field);
      if (setting !== null) values[field.name] = setting;
    }
    return { ...(this.mode ? { mode: this.mode } : {}), values };
  }

  #drafts(): Record<string, string> {
    const names = this.fields.filter(isSecret).map((field) => field.name);
    return Object.fromEntries(names.flatMap((name) => (this.parts[name] ? [[name, this.parts[name].id]] : [])));
  }

  async #ready(): Promise<boolean> {
    for (const flush of Object.values(this.flushes)) if (!(await flush())) return false;
    return true;
  }

  async test(): Promise<void> {
    if (!(await this.#ready()) || this.phase.is === 'testing') return;
    this.faults = {};
    const run = newRun();
    const current = () => this.phase.is === 'testing' && this.phase.run === run;
    this.phase = { is: 'testing', run, shown: false };
    try {
      const saved = this.key ? { saved: this.key.id } : {};
      const work = ipc.testConfigured({
        provider: this.provider.id,
        config: this.config(),
        parts: this.#drafts(),
        run,
        ...saved,
      });
      const report = await settle(work, () => current() && (this.phase = { is: 'testing', run, shown: true }));
      if (current()) this.phase = { is: 'tested', run, report };
    } catch (thrown) {
      if (!current()) return;
      this.phase = { is: 'untested' };
      this.#fail(thrown, 'form');
    }
  }

  /** True when it is saved, and its secrets are in the vault, read back. */
  async save(): Promise<boolean> {
    if (!(await this.#ready()) || this.hindrance) return false;
    this.saving = true;
    this.faults = {};
    const tested = this.phase.is === 'tested' ? this.phase.run : null;
    try {
      const key = await this.#store(tested);
      this.parts = {};
      forgetTest(key.id);
      await loadProviders();
      if (!tested) void testKey(key.id);
      void refreshVault();
      return true;
    } catch (thrown) {
      this.#fail(thrown, 'form');
      return false;
    } finally {
      this.saving = false;
    }
  }

  #store(tested: string | null): Promise<KeyView> {
    const { config, parts } = { config: this.config(), parts: this.#drafts() };
    const provider = this.provider.id;
    if (!this.key) return ipc.addConfigured({ provider, name: this.name, config, parts, tested });
    const values = Object.fromEntries(this.fields.map((field) => [field.name, config.values[field.name] ?? null]));
    const gone = this.fields.filter((field) => isSecret(field) && this.cleared[field.name] && !parts[field.name]);
    const cleared = Object.fromEntries(gone.map((field) => [field.name, null]));
    const mode = this.mode ? { mode: this.mode } : {};
    return ipc.editConfigured({ id: this.key.id, ...mode, values, parts: { ...parts, ...cleared }, tested });
  }

  #fail(thrown: unknown, place: string): void {
    const failed = fault(thrown);
    if (failed.code === 'cancelled') return;
    if (failed.code.startsWith('vault_')) void refreshVault();
    const at = failed.input ?? (failed.field === 'name' ? 'name' : place);
    if (failed.code === 'draft_gone') delete this.parts[at];
    const field = this.form.fields.find((one) => one.name === at);
    const example = field?.placeholder;
    this.faults[at] =
      failed.code === 'config_invalid' && example ? t('configure.looksLike', { example }) : t(`error.${failed.code}`);
  }

  close(): void {
    this.#closed = true;
    for (const draft of Object.values(this.parts)) void ipc.discardDraft(draft.id).catch(() => undefined);
  }
}
