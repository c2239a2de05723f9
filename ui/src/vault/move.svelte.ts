import { fault, type Fault } from '../ipc/errors.ts';
import * as ipc from '../ipc/ipc.ts';
import type { Holding, MoveFailure, VaultKind, VaultView } from '../ipc/types.ts';
import { loadProviders } from '../state/catalogue.svelte.ts';
import { seen, vault } from '../state/vault.svelte.ts';
import { sourcesOf } from './words.ts';

const sum = (holdings: Holding[]): number => holdings.reduce((keys, one) => keys + one.keys, 0);
const keysIn = (view: VaultView, kind: VaultKind): number =>
  sum(view.holdings.filter((one) => one.kind === kind && one.state !== null));

/** A move of keys to another vault, some at a time, so that it can be watched and cancelled. */
export class Move {
  readonly to: VaultKind;
  phase = $state<'asking' | 'moving' | 'over'>('asking');
  done = $state(0);
  total = $state(0);
  failed = $state<MoveFailure[]>([]);
  stopping = $state(false);
  fault = $state<Fault | null>(null);
  /** Where the keys come from, as it was at the start. */
  readonly sources: Holding[];
  /** Keys that no move can reach. */
  readonly away: number;
  #before: number;

  constructor(to: VaultKind) {
    const view = vault.view;
    this.to = to;
    this.sources = view ? sourcesOf(view, to) : [];
    this.total = sum(this.sources);
    this.away = view ? sum(view.holdings.filter((one) => one.state === null)) : 0;
    this.#before = view ? keysIn(view, to) : 0;
  }

  get whole(): boolean {
    return this.fault === null && this.failed.length === 0 && this.done >= this.total;
  }

  /** Something is still to be tried or to be let be. */
  get open(): boolean {
    return vault.view?.moving !== null || this.fault !== null;
  }

  async run(): Promise<void> {
    Object.assign(this, { phase: 'moving', failed: [], fault: null, stopping: false });
    try {
      while (!this.stopping) {
        const step = await ipc.moveKeys({ to: this.to });
        this.#see(step.vault);
        this.failed = step.failed;
        if (step.left === 0) break;
      }
      if (this.stopping) this.#see(await ipc.stopMoving());
    } catch (thrown) {
      this.fault = fault(thrown);
    }
    this.phase = 'over';
    void loadProviders();
  }

  #see(view: VaultView): void {
    seen(view);
    this.done = keysIn(view, this.to) - this.#before;
  }

  /** After the keys that are on their way now. */
  cancel(): void {
    this.stopping = true;
  }

  /** Lets be what was not moved; false when that failed. */
  async stop(): Promise<boolean> {
    this.fault = null;
    try {
      seen(await ipc.stopMoving());
      return true;
    } catch (thrown) {
      this.fault = fault(thrown);
      return false;
    }
  }
}
