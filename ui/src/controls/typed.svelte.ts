import type { Attachment } from 'svelte/attachments';

/** The text of a field that is sent when the field is left. An answer to what was typed before does not take away what is
 * being typed now. */
export class Typed {
  /** How often something was typed, and up to where that was sent, and kept. */
  #typed = $state(0);
  #sent = 0;
  #kept = $state(0);
  #field: HTMLInputElement | undefined;
  readonly #saved: () => string;

  /** `saved`: what is kept now, as the field shows it. */
  constructor(saved: () => string) {
    this.#saved = saved;
  }

  /** For the field. */
  readonly field: Attachment<HTMLInputElement> = (field) => {
    this.#field = field;
    $effect(() => {
      if (this.#typed === this.#kept) field.value = this.#saved();
    });
  };

  /** Something was typed. */
  touch(): void {
    this.#typed += 1;
  }

  /** As if the user had typed it. */
  put(text: string): void {
    if (this.#field) this.#field.value = text;
    this.touch();
  }

  focus(): void {
    this.#field?.focus();
  }

  /** Sends what was typed since the last time; `send` says whether it was kept. What was refused stays, to be mended or sent
   * again. */
  async leave(send: (text: string) => Promise<boolean>): Promise<void> {
    if (this.#typed === this.#sent) return;
    const now = (this.#sent = this.#typed);
    const text = this.#field?.value.trim() ?? '';
    if (text === this.#saved() || (await send(text))) this.#kept = now;
    else if (this.#sent === now) this.#sent = this.#kept;
  }
}
