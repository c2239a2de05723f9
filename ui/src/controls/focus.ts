import { tick } from 'svelte';

/** When what had the focus is gone: on to what comes next in the dialog. On a page the keeper finds what is nearest. */
export async function keepFocus(next = '[autofocus], [data-next]'): Promise<void> {
  await tick();
  const at = document.activeElement;
  if (at && at !== document.body && at.tagName !== 'DIALOG') return;
  topmost()?.querySelector<HTMLElement>(next)?.focus();
}

/** To the first field of the dialog that is wrong. */
export async function focusFault(): Promise<void> {
  await tick();
  topmost()?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

const topmost = () => [...document.querySelectorAll('dialog[open]')].at(-1);
