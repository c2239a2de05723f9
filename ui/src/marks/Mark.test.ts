import { render } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import Mark from './Mark.svelte';

type See = (element: Element, isIntersecting: boolean) => void;
let see: See = () => undefined;
const watched = new Set<Element>();

// The observer is shared by all marks: one for the whole file.
vi.stubGlobal(
  'IntersectionObserver',
  class {
    constructor(arrive: (entries: { target: Element; isIntersecting: boolean }[]) => void) {
      see = (target, isIntersecting) => watched.has(target) && arrive([{ target, isIntersecting }]);
    }
    observe = (element: Element) => watched.add(element);
    unobserve = (element: Element) => watched.delete(element);
  },
);

const drawn = (root: Element) => root.querySelector('use')?.getAttribute('href');

beforeEach(() => watched.clear());
afterEach(() => (document.body.innerHTML = ''));

test('a card fetches its mark at once, a letter stands where there is none', () => {
  expect(drawn(render(Mark, { name: 'OpenAI', mark: 'openai' }).container)).toBe('/assets/marks/openai.svg#mark');
  const { container } = render(Mark, { name: ' my box', mark: null, lazy: true });
  expect(container.textContent.trim()).toBe('M');
  expect(drawn(container)).toBeUndefined();
});

test('a mark of the catalogue is fetched when it is about to be seen, and watched no longer', async () => {
  const { container } = render(Mark, { name: 'Groq', mark: 'groq', lazy: true });
  const tile = container.querySelector('.tile') ?? container;
  expect(drawn(container)).toBeUndefined();
  see(tile, false);
  await tick();
  expect(drawn(container)).toBeUndefined();
  see(tile, true);
  await tick();
  expect(drawn(container)).toBe('/assets/marks/groq.svg#mark');
  expect(watched.size).toBe(0);
});

test('a mark that goes before it is seen is watched no longer', () => {
  const { unmount } = render(Mark, { name: 'Groq', mark: 'groq', lazy: true });
  expect(watched.size).toBe(1);
  unmount();
  expect(watched.size).toBe(0);
});
