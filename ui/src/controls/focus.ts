import { tick } from 'svelte';

/** When what had the focus is gone: on to what comes next in the dialog, or to the start of the page. */
export async function keepFocus(next = '[autofocus], [data-next]'): Promise<void> {
  await tick();
  const at = document.activeElement;
  if (at && at !== document.body && at.tagName !== 'DIALOG') return;
  const dialog = topmost();
  (dialog ?? document).querySelector<HTMLElement>(dialog ? next : 'main')?.focus();
}

/** To the first field of the dialog that is wrong. */
export async function focusFault(): Promise<void> {
  await tick();
  topmost()?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

const topmost = () => [...document.querySelectorAll('dialog[open]')].at(-1);
