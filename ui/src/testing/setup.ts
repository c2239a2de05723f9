import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/svelte';
import { afterEach, vi } from 'vitest';
import { clearMocks } from '../ipc/testing.ts';
import { catalogue } from '../state/catalogue.svelte.ts';
import { known } from '../state/environment.svelte.ts';
import { forgetModels } from '../state/models.svelte.ts';
import { overlay } from '../state/overlay.svelte.ts';
import { announced, toast } from '../state/toast.svelte.ts';
import { vault } from '../state/vault.svelte.ts';

// Parts that come later are compiled when they are first wanted: on a busy machine that takes a while.
configure({ asyncUtilTimeout: 10_000 });

// happy-dom draws nothing: what only moves or shows is left out here, never what decides.
Element.prototype.scrollIntoView = () => undefined;
HTMLElement.prototype.showPopover ??= () => undefined;
HTMLElement.prototype.hidePopover ??= () => undefined;

afterEach(() => {
  cleanup();
  Object.assign(overlay, { open: null, over: null });
  clearMocks();
  forgetModels();
  vi.useRealTimers();
  catalogue.all = [];
  catalogue.phase = { is: 'loading' };
  known.all = [];
  Object.assign(vault, { view: null, fault: null, busy: false });
  toast.text = null;
  announced.text = '';
  location.hash = '';
});
