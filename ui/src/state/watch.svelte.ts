import { loadProviders } from './catalogue.svelte.ts';
import { loadSettings } from './settings.svelte.ts';

/** Who wants to know that another process has changed something: the command, another window. */
let ears: (() => void)[] = [];

export function onOthersChange(ear: () => void): () => void {
  ears.push(ear);
  return () => (ears = ears.filter((one) => one !== ear));
}

/** What the command changed is on the page within a second. */
export function startWatching(): void {
  const heard = () => {
    void loadProviders();
    void loadSettings();
    for (const ear of ears) ear();
  };
  // Not needed for the first look.
  void import('../ipc/routing.ts').then(({ watch }) => watch(heard)).catch(() => undefined);
}
