import { tick } from 'svelte';

/** When what had the focus is gone: on to what comes next in the dialog, or to the start of the page. */
export async function keepFocus(next = '[autofocus], [data-next]'): Promise<void> {
  await tick();
  const at = document.activeElement;
  if (at && at !== document.body && at.tagName !== 'DIALOG') return;
  const dialog = document.querySelector('dialog[open]');
  (dialog ?? document).querySelector<HTMLElement>(dialog ? next : 'main')?.focus();
}

/** To the first field of the dialog that is wrong. */
export async function focusFault(): Promise<void> {
  await tick();
  document.querySelector<HTMLElement>('dialog[open] [aria-invalid="true"]')?.focus();
}
