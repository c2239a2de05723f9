import { fault, type Fault } from '../ipc/errors.ts';
import { checkBaseUrl } from '../ipc/ipc.ts';
import type { BaseUrlView, Dialect } from '../ipc/types.ts';

const PAUSE = 250;

/** Asks Rust what it makes of a base URL while it is typed. An answer to older text is dropped. */
export class Doctor {
  text = $state('');
  view = $state<BaseUrlView | null>(null);
  fault = $state<Fault | null>(null);
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly provider: string | null,
    text: string,
    private readonly dialect?: Dialect,
  ) {
    this.text = text;
  }

  type(text: string): void {
    this.text = text;
    this.fault = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.ask(), PAUSE);
  }

  /** Answers at once, for a form that is about to be sent. */
  async ask(): Promise<BaseUrlView | null> {
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    if (!this.text.trim()) {
      this.view = null;
      return null;
    }
    try {
      const view = await checkBaseUrl({
        text: this.text,
        provider: this.provider,
        ...(this.dialect ? { dialect: this.dialect } : {}),
      });
      if (asked !== this.#asked) return null;
      this.view = view;
      this.fault = null;
      return view;
    } catch (thrown) {
      if (asked !== this.#asked) return null;
      this.view = null;
      this.fault = fault(thrown);
      return null;
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
  }
}
