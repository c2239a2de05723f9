import { keepFocus } from '../controls/focus.ts';
import { leave } from '../state/vault.svelte.ts';

/** The button that leads out of a state goes with that state. */
export const takeWayOut = () => leave().then(() => keepFocus());
