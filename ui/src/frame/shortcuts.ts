import { go } from '../state/router.svelte.ts';
import { overlay, show } from '../state/overlay.svelte.ts';
import { held, inField } from './keyboard.ts';

/** Where Ctrl+F goes: the page's own search, when it has one. */
export const search = { focus: null as (() => void) | null };

export function onShortcut(event: KeyboardEvent): void {
  const action = overlay.open ? undefined : actionOf(event);
  if (!action) return;
  event.preventDefault();
  action();
}

function actionOf(event: KeyboardEvent): (() => void) | undefined {
  if (event.key === 'F6') return switchPane;
  if (event.key === '?' && (held(event) || !inField(event.target))) return () => show({ is: 'shortcuts' });
  if (event.altKey && event.key === 'ArrowLeft') return () => history.back();
  if (event.altKey && event.key === 'ArrowRight') return () => history.forward();
  if (!held(event) || event.altKey) return undefined;
  return {
    k: () => show({ is: 'palette' }),
    f: () => (search.focus ? search.focus() : show({ is: 'palette' })),
    n: () => show({ is: 'add', target: { is: 'any' } }),
    1: () => go({ page: 'providers' }),
    2: () => go({ page: 'tasks' }),
    3: () => go({ page: 'activity' }),
    4: () => go({ page: 'settings', section: 'storage' }),
  }[event.key.toLowerCase()];
}

/** Between the sidebar (or top bar) and the content. */
function switchPane(): void {
  const main = document.querySelector('main');
  const inside = main?.contains(document.activeElement) ?? false;
  const bar = [...document.querySelectorAll<HTMLElement>('[data-pane]')].find((one) => one.offsetParent !== null);
  if (inside && bar) (bar.querySelector<HTMLElement>('[aria-current]') ?? bar.querySelector('a'))?.focus();
  else (main?.querySelector<HTMLElement>('[tabindex="0"], a, button, input') ?? main)?.focus();
}
