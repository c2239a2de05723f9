/** Ctrl, or Cmd on a Mac. */
export const isMac = /mac/i.test(navigator.platform);
export const mod = isMac ? '⌘' : 'Ctrl';
export const held = (event: KeyboardEvent): boolean => (isMac ? event.metaKey : event.ctrlKey);

/** Whether letters typed now belong to a field. */
export const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, select, textarea, [contenteditable]');

/** "Ctrl F", as shown in tooltips and menus. */
export const shortcut = (...keys: string[]): string => [mod, ...keys].join(' ');
