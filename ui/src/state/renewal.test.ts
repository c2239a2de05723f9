import { expect, test, vi } from 'vitest';
import { rust } from '../testing/page.ts';
import { listProviders } from '../ipc/ipc.ts';
import { hide, show } from './overlay.svelte.ts';
import { resumePlace, startRenewal, typedInSecret } from './renewal.ts';

const field = (type: string): HTMLInputElement => {
  const made = document.createElement('input');
  made.type = type;
  return document.body.appendChild(made);
};

function watched() {
  vi.useFakeTimers();
  const side = rust({ renew_page: () => null });
  const stop = startRenewal();
  const renewed = () => side.asked('renew_page').length;
  const end = () => {
    stop();
    document.body.replaceChildren();
    sessionStorage.clear();
    vi.useRealTimers();
  };
  return { renewed, end };
}
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('a page without a typed secret stays', async () => {
  const { renewed, end } = watched();
  await later(60_000);
  expect(renewed()).toBe(0);
  end();
});

test('after a typed secret the page is renewed once, when its dialog is closed and nobody is doing anything', async () => {
  const { renewed, end } = watched();
  show({ is: 'add', target: { is: 'any' } });
  typedInSecret();
  await later(60_000);
  expect(renewed()).toBe(0);
  hide();
  dispatchEvent(new Event('pointermove'));
  await later(1000);
  expect(renewed()).toBe(0);
  await later(1000);
  expect(renewed()).toBe(1);
  await later(60_000);
  expect(renewed()).toBe(1);
  end();
});

test('what is half typed is not lost', async () => {
  const { renewed, end } = watched();
  const search = field('search');
  search.value = 'op';
  search.dispatchEvent(new Event('input', { bubbles: true }));
  typedInSecret();
  await later(10_000);
  expect(renewed()).toBe(0);
  search.remove();
  await later(1000);
  expect(renewed()).toBe(1);
  end();
});

test('what is under way is waited for', async () => {
  vi.useFakeTimers();
  let answer: (all: never[]) => void = () => undefined;
  const side = rust({ renew_page: () => null, list_providers: () => new Promise((done) => (answer = done)) });
  const stop = startRenewal();
  const listed = listProviders();
  typedInSecret();
  await later(10_000);
  expect(side.asked('renew_page')).toEqual([]);
  answer([]);
  await listed;
  await later(1000);
  expect(side.asked('renew_page')).toHaveLength(1);
  stop();
  sessionStorage.clear();
  vi.useRealTimers();
});

test('the new page has the focus where the old one had it', async () => {
  const { renewed, end } = watched();
  field('search');
  const box = document.body.appendChild(document.createElement('div'));
  box.innerHTML = '<button>One</button><button>Two</button>';
  const second = box.querySelectorAll('button')[1];
  second?.focus();
  typedInSecret();
  await later(3000);
  expect(renewed()).toBe(1);
  second?.blur();
  resumePlace();
  expect(second).toHaveFocus();
  second?.blur();
  resumePlace();
  expect(document.body).toHaveFocus();
  end();
});
