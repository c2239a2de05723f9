import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/svelte';
import { afterEach, vi } from 'vitest';
import { clearMocks } from '../ipc/testing.ts';
import { catalogue } from '../state/catalogue.svelte.ts';
import { hide } from '../state/overlay.svelte.ts';
import { announced, toast } from '../state/toast.svelte.ts';
import { vault } from '../state/vault.svelte.ts';

// happy-dom draws nothing: what only moves or shows is left out here, never what decides.
Element.prototype.scrollIntoView = () => undefined;
HTMLElement.prototype.showPopover ??= () => undefined;
HTMLElement.prototype.hidePopover ??= () => undefined;

afterEach(() => {
  cleanup();
  hide();
  clearMocks();
  vi.useRealTimers();
  catalogue.all = [];
  catalogue.phase = { is: 'loading' };
  vault.view = null;
  vault.fault = null;
  toast.text = null;
  announced.text = '';
  location.hash = '';
});
