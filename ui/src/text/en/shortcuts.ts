/** The sheet of keyboard shortcuts, with which they come. */
export const shortcuts = {
  title: 'Keyboard shortcuts',
  anywhere: 'Anywhere',
  lists: 'In lists',
  palette: 'Command palette',
  find: 'Search',
  add: 'Add key',
  pages: 'Providers, Tasks, Activity, Settings',
  history: 'Back, forward',
  panes: 'Between sidebar and content',
  sheet: 'This sheet',
  escape: 'Close, then clear the search',
  move: 'Move by what is seen',
  ends: 'First, last',
  open: 'Open',
  remove: 'Remove (asks first)',
  jump: 'Jump by name: type it',
} as const;
