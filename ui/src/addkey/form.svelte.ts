import { fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/ipc.ts';
import type {
  BaseUrlView,
  Dialect,
  DraftView,
  Field,
  KeyView,
  ProviderRef,
  ProviderView,
  RegionView,
  TestReport,
} from '../ipc/types.ts';
import { Doctor } from '../provider/doctor.svelte.ts';
import { loadProviders, providerOf } from '../state/catalogue.svelte.ts';
import { show, type Target } from '../state/overlay.svelte.ts';
import { newRun, settle } from '../state/run.ts';
import { fetchModels } from '../state/models.svelte.ts';
import { settings } from '../state/settings.svelte.ts';
import { forgetTest, testKey } from '../state/tests.svelte.ts';
import { canSave, refreshVault, vault } from '../state/vault.svelte.ts';
import { t } from '../text/t.ts';
import { Address } from './address.svelte.ts';

type Phase =
  | { is: 'untested' }
  | { is: 'testing'; run: string; shown: boolean }
  | { is: 'tested'; run: string; report: TestReport };
type Place = Field | 'form';

/** What the provider's select holds for a provider that is about to be made. */
export const CUSTOM = ' custom';

/** Wipes drafts. One that is gone is wiped already. */
function discard(drafts: DraftView[]): void {
  for (const draft of drafts) void ipc.discardDraft(draft.id).catch(() => undefined);
}

/** A key on its way in. The page knows it as a draft: a mask and a name, never its text. */
export class KeyForm {
  readonly target: Target;
  draft = $state<DraftView | null>(null);
  chosen = $state('');
  /** The provider was not found by the key's shape, or the user wants another one. */
  picking = $state(false);
  name = $state('');
  providerName = $state('');
  dialect = $state<Dialect>('openai');
  phase = $state<Phase>({ is: 'untested' });
  saving = $state(false);
  faults = $state<Partial<Record<Place, string>>>({});
  doctor: Doctor = $state(new Doctor(null, ''));
  /** The key is in an environment variable, and stays there. */
  byVariable = $state(false);
  /** Several keys were in the text: which are to be added is asked first. */
  found = $state<DraftView[] | null>(null);
  /** The keys that come after this one, and how many there were. */
  queue = $state<DraftView[]>([]);
  total = $state(0);
  address = $state<Address | null>(null);
  /** Where a built-in provider is to be moved with this key: the address that was used, or another region. */
  place = $state<BaseUrlView | null>(null);
  /** Sends what stands in the typed field; set by that field while it is there. */
  flush = $state.raw<(() => Promise<boolean>) | null>(null);
  #turn = 0;
  #closed = false;

  constructor(target: Target) {
    this.target = target;
    this.picking = target.is === 'any';
    if (target.is === 'provider' || target.is === 'replace') this.#take(target.provider.id);
    if (target.is === 'custom') this.#take(CUSTOM);
  }

  get provider(): ProviderView | null {
    return providerOf(this.chosen) ?? null;
  }
  get custom(): boolean {
    return this.chosen === CUSTOM;
  }
  /** A server of one's own, which usually wants no key at all. */
  get local(): boolean {
    return this.target.is !== 'replace' && this.provider?.local === true && this.provider.key_need === 'optional';
  }
  get keyNeeded(): boolean {
    return this.target.is === 'replace' || (!this.custom && this.provider?.key_need !== 'optional');
  }
  get host(): string {
    const place = this.custom || this.local ? this.doctor.view : this.place;
    return place?.host ?? (this.custom || this.local ? '' : (this.provider?.host ?? ''));
  }
  get report(): TestReport | null {
    return this.phase.is === 'tested' ? this.phase.report : null;
  }
  get testing(): boolean {
    return this.phase.is === 'testing' && this.phase.shown;
  }
  /** The key is recognised as another provider's. A shape that several share says nothing against this one. */
  get misfit(): ProviderView | null {
    const fits = this.draft?.fits ?? [];
    if (!this.provider || fits.length !== 1 || fits.includes(this.provider.id)) return null;
    return providerOf(fits[0] ?? '') ?? null;
  }
  get recognised(): boolean {
    return this.provider !== null && (this.draft?.fits.includes(this.provider.id) ?? false);
  }
  /** An address stood with the key, and what becomes of it is not said yet. */
  get addressOpen(): boolean {
    const { address } = this;
    if (!address || address.said !== 'nothing') return false;
    return !(this.provider && !this.custom && address.isAt(this.provider.id));
  }
  /** Why it cannot be saved now; null: it can. */
  get hindrance(): string | null {
    if (this.saving) return t('add.saving');
    if (this.found) return t('add.pickFirst');
    if (!this.draft && this.keyNeeded && !this.flush) return t('add.keyFirst');
    if (this.addressOpen) return t('add.addressFirst');
    if (!this.provider && !this.custom && !this.flush) return t('add.chooseFirst');
    return this.draft && !this.draft.reference && !canSave()
      ? t(`vault.noSave.${vault.view?.kind ?? 'keychain'}`)
      : null;
  }

  choose(id: string): void {
    this.#take(id);
    this.clear('provider', 'form', 'base_url');
    this.#changed();
  }

  #take(id: string): void {
    this.chosen = id;
    this.place = null;
    this.doctor.stop();
    const text = this.local ? (this.provider?.base_url ?? '') : '';
    this.doctor = new Doctor(this.provider?.id ?? null, text, this.custom ? this.dialect : undefined);
    if (this.local) void this.doctor.ask();
    this.#handOver();
  }

  /** A provider with a form of its own asks there for the rest; what is here already goes along. */
  #handOver(): void {
    const provider = this.provider;
    if (!provider?.form?.placed || this.target.is === 'replace') return;
    const draft = this.draft;
    this.draft = null;
    show({ is: 'configure', provider, form: provider.form, ...(draft ? { draft } : {}) });
  }

  /** The same text is another base URL in another dialect. */
  speak(dialect: Dialect): void {
    this.dialect = dialect;
    this.doctor.stop();
    this.doctor = new Doctor(null, this.doctor.text, dialect);
    void this.doctor.ask();
    this.clear('base_url', 'form');
    this.#changed();
  }

  typeUrl(text: string): void {
    this.doctor.type(text);
    this.clear('base_url', 'form');
    this.#changed();
  }

  clear(...places: Place[]): void {
    for (const place of places) this.faults[place] = undefined;
  }

  /** Asks for a variable's name, or for a key again. */
  useVariable(yes: boolean): void {
    this.byVariable = yes;
    this.clear('secret', 'form');
  }

  /** Takes what was typed or pasted; false when it was refused. */
  async take(work: () => Promise<DraftView>): Promise<boolean> {
    const turn = ++this.#turn;
    this.clear('secret', 'form');
    try {
      const draft = await work();
      const address = draft.more.length > 0 ? null : await Address.of(draft);
      if (turn !== this.#turn || this.#closed) {
        discard([draft, ...draft.more]);
        return false;
      }
      this.dropDraft();
      if (draft.more.length > 0) this.found = [draft, ...draft.more];
      else this.#hold(draft, address);
      return true;
    } catch (thrown) {
      if (turn === this.#turn) this.#fail(thrown, 'secret');
      return false;
    }
  }

  #hold(draft: DraftView, address: Address | null): void {
    this.draft = draft;
    this.address = address;
    this.#recognise(draft);
  }

  /** Goes on with these of the keys that were found; the others are wiped. */
  async pick(ids: string[]): Promise<void> {
    const found = this.found ?? [];
    discard(found.filter((draft) => !ids.includes(draft.id)));
    this.found = null;
    this.queue = found.filter((draft) => ids.includes(draft.id));
    this.total = this.queue.length;
    await this.next();
  }

  /** The next of the keys that were picked; false when there is none. */
  async next(): Promise<boolean> {
    const [draft, ...rest] = this.queue;
    this.queue = rest;
    this.faults = {};
    this.#changed();
    if (!draft) return false;
    const address = await Address.of(draft);
    if (this.draft) discard([this.draft]);
    this.name = '';
    this.providerName = '';
    if (this.target.is === 'any') {
      this.chosen = '';
      this.place = null;
    }
    this.#hold(draft, address);
    return true;
  }

  /** The key goes where its address says: to that provider, or to one of the user's own. */
  useAddress(): void {
    const { address } = this;
    const view = address?.doctor.view;
    if (!address || !view) return;
    address.said = 'use';
    if (address.owner) {
      this.choose(address.owner);
      if (this.local) this.typeUrl(address.text);
      else if (view.base_url !== this.provider?.base_url) this.place = view;
    } else {
      this.choose(CUSTOM);
      this.typeUrl(address.text);
      this.providerName ||= view.host;
    }
    this.picking = false;
  }

  /** The key is taken for whose it would be without the address. */
  ignoreAddress(): void {
    if (this.address) this.address.said = 'ignore';
    if (!this.draft) return;
    this.draft = { ...this.draft, fits: this.draft.otherwise };
    if (this.target.is === 'any') this.chosen = '';
    this.#recognise(this.draft);
    this.#changed();
  }

  /** The region of its vendor in which a test has found the key good. */
  usePlace(view: BaseUrlView): void {
    this.place = view;
    this.#changed();
  }

  #recognise(draft: DraftView): void {
    if (this.target.is !== 'any' || (this.chosen && !draft.fits.includes(this.chosen) && draft.fits.length === 0))
      return;
    const only = draft.fits.length === 1 ? draft.fits[0] : undefined;
    if (!this.chosen && only) this.#take(only);
    this.picking = !this.chosen;
  }

  /** Back to the empty field. */
  dropDraft(): void {
    if (this.draft) discard([this.draft]);
    this.draft = null;
    this.address = null;
    this.place = null;
    this.#changed();
  }

  /** A result belongs to what was tested: any change takes it away, and an answer that comes later is dropped. */
  #changed(): void {
    if (this.phase.is === 'testing') void ipc.cancelTest(this.phase.run).catch(() => undefined);
    this.phase = { is: 'untested' };
  }

  cancelTest(): void {
    this.#changed();
  }

  #ref(): ProviderRef | null {
    if (this.custom) {
      return { kind: 'custom', name: this.providerName, base_url: this.doctor.text, dialect: this.dialect };
    }
    if (!this.provider) return null;
    const moved = this.local && this.doctor.text !== this.provider.base_url;
    if (this.place) return { kind: 'existing', id: this.provider.id, base_url: this.place.base_url };
    return { kind: 'existing', id: this.provider.id, ...(moved ? { base_url: this.doctor.text } : {}) };
  }

  /** What is typed goes in first; then everything a request needs must be there. */
  async #ready(): Promise<ProviderRef | null> {
    if (this.flush && !(await this.flush())) return null;
    if (this.found || this.addressOpen) return null;
    const provider = this.#ref();
    if (!provider) this.faults.provider = t('add.chooseFirst');
    if (!this.draft && this.keyNeeded) this.faults.secret = t('add.keyFirst');
    return this.draft || !this.keyNeeded ? provider : null;
  }

  async test(): Promise<void> {
    const provider = await this.#ready();
    if (!provider || this.phase.is === 'testing') return;
    this.clear('form', 'provider');
    const run = newRun();
    const current = () => this.phase.is === 'testing' && this.phase.run === run;
    this.phase = { is: 'testing', run, shown: false };
    try {
      const work = ipc.testDraft({ provider, draft: this.draft?.id ?? null, run });
      const report = await settle(work, () => current() && (this.phase = { is: 'testing', run, shown: true }));
      if (current()) this.phase = { is: 'tested', run, report };
    } catch (thrown) {
      if (!current()) return;
      this.phase = { is: 'untested' };
      this.#fail(thrown, 'form');
    }
  }

  /** True when it is in the keychain, read back. */
  async save(): Promise<boolean> {
    const provider = await this.#ready();
    if (!provider || this.hindrance) return false;
    this.saving = true;
    this.clear('form', 'provider');
    const tested = this.phase.is === 'tested' ? this.phase.run : null;
    try {
      const key = await this.#store(provider, tested);
      this.draft = null;
      forgetTest(key.id);
      await loadProviders();
      if (!tested && key.variable?.set !== false) void testKey(key.id);
      void refreshVault();
      if (settings.now.discover_models && key.state === 'active') void fetchModels(key.id);
      return true;
    } catch (thrown) {
      this.#fail(thrown, 'form');
      return false;
    } finally {
      this.saving = false;
    }
  }

  #store(provider: ProviderRef, tested: string | null): Promise<KeyView> {
    const draft = this.draft?.id ?? null;
    if (this.target.is === 'replace' && draft) return ipc.replaceKey({ id: this.target.key.id, draft, tested });
    return ipc.addKey({ provider, name: this.name, draft, tested });
  }

  /** Sends the draft to another region of its vendor. Keeps nothing. */
  tryRegion(region: RegionView): Promise<TestReport> {
    const provider: ProviderRef = { kind: 'existing', id: this.chosen, base_url: region.base_url };
    return ipc.testDraft({ provider, draft: this.draft?.id ?? null, run: newRun() });
  }

  #fail(thrown: unknown, place: Place): void {
    const failed = fault(thrown);
    if (failed.code === 'cancelled') return;
    if (failed.code === 'draft_gone') this.draft = null;
    if (failed.code.startsWith('vault_')) void refreshVault();
    this.faults[this.#placeOf(failed.field) ?? (failed.code === 'draft_gone' ? 'secret' : place)] = t(
      `error.${failed.code}`,
    );
    if (failed.field === 'provider') this.picking = this.target.is !== 'replace';
  }

  /** A fault stands at its field, if that field is on the form. */
  #placeOf(field: Field | undefined): Place | undefined {
    if (field === 'base_url' && !this.custom && !this.local) return 'form';
    if (field === 'name' && this.target.is === 'replace') return 'form';
    return field;
  }

  close(): void {
    this.#closed = true;
    this.doctor.stop();
    discard([...(this.found ?? []), ...this.queue]);
    this.dropDraft();
  }
}
