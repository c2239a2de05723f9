import { render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, expect, test } from 'vitest';
import App from '../App.svelte';
import { show } from '../state/overlay.svelte.ts';
import { go, router, startRouter } from '../state/router.svelte.ts';
import { toast } from '../state/toast.svelte.ts';
import { accessible, rust } from '../testing/page.ts';
import { vaultView } from '../testing/samples.ts';
import { dialogs, loadAll, pages, Part } from './parts.svelte.ts';

const { about } = pages;
const { shortcuts } = dialogs;
afterEach(() => {
  pages.about = about;
  dialogs.shortcuts = shortcuts;
});
const broken = <P>() => new Part<P>(() => Promise.reject(new Error('no such file')));

/** A router for which the code of About is on its way until `arrive`. */
function slow() {
  const side = { asked: false, arrive: () => {}, stop: () => {} };
  side.stop = startRouter((route) => {
    if (route.page !== 'about') return undefined;
    side.asked = true;
    return new Promise((resolve) => (side.arrive = resolve));
  });
  go({ page: 'about' });
  return side;
}

test('until a page’s code is there, the page before stays', async () => {
  const side = slow();
  await waitFor(() => expect(side.asked).toBe(true));
  expect(router.route.page).toBe('providers');
  side.arrive();
  await waitFor(() => expect(router.route.page).toBe('about'));
  side.stop();
});

test('who goes on before a page is there does not get it later', async () => {
  const side = slow();
  await waitFor(() => expect(side.asked).toBe(true));
  go({ page: 'settings', section: 'storage' });
  await waitFor(() => expect(router.route.page).toBe('settings'));
  side.arrive();
  await Promise.resolve();
  expect(router.route.page).toBe('settings');
  side.stop();
});

test('what was loaded once is not loaded again; what failed is', async () => {
  let asked = 0;
  const load = () => (++asked === 1 ? Promise.reject(new Error('away')) : import('./Shortcuts.svelte'));
  const part = new Part<object>(load);
  await part.load();
  expect(part.failed).toBe(true);
  await Promise.all([part.load(), part.load()]);
  await part.load();
  expect(part).toMatchObject({ failed: false, component: expect.anything() });
  expect(asked).toBe(2);
});

test('a page and a dialog that cannot be loaded say so', async () => {
  pages.about = broken();
  dialogs.shortcuts = broken();
  rust({ list_providers: () => [], vault_status: () => vaultView() });
  render(App);
  go({ page: 'about' });
  expect(await screen.findByRole('alert')).toHaveTextContent('could not be loaded');
  expect(screen.getByRole('button', { name: 'Try again' })).toBeVisible();
  await accessible();
  show({ is: 'shortcuts' });
  await waitFor(() => expect(toast.text).toMatch(/could not be loaded/));
});

test('every part there is can be loaded', async () => {
  await loadAll();
  for (const part of [...Object.values(pages), ...Object.values(dialogs)]) expect(part.component).not.toBeNull();
});
