import { expect, test } from 'vitest';
import { roving } from './roving.ts';

/** Three columns of cards, five of them, as the grid shows them. */
function grid(): { list: HTMLElement; links: HTMLElement[] } {
  const list = document.createElement('ul');
  list.innerHTML = ['Anthropic', 'Azure', 'DeepSeek', 'Groq', 'Gemini']
    .map((name) => `<li><a href="#" data-name="${name}">${name}</a><button data-extra>Test</button></li>`)
    .join('');
  document.body.replaceChildren(list);
  [...list.children].forEach((item, i) => {
    item.getBoundingClientRect = () => new DOMRect((i % 3) * 300, Math.floor(i / 3) * 160, 280, 150);
  });
  roving({ item: 'a', extra: '[data-extra]' })(list);
  const links = [...list.querySelectorAll<HTMLElement>('a')];
  links[0]?.focus();
  return { list, links };
}

const press = (key: string) =>
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
const here = () => (document.activeElement as HTMLElement).dataset.name;

test('arrows move by what is seen', () => {
  grid();
  press('ArrowRight');
  expect(here()).toBe('Azure');
  press('ArrowDown');
  expect(here()).toBe('Gemini');
  press('ArrowLeft');
  expect(here()).toBe('Groq');
  press('ArrowUp');
  expect(here()).toBe('Anthropic');
});

test('the last row is reached from a column it does not have', () => {
  grid();
  press('End');
  press('ArrowRight');
  expect(here()).toBe('Gemini');
  press('Home');
  press('ArrowRight');
  press('ArrowRight');
  press('ArrowDown');
  expect(here()).toBe('Gemini');
});

test('letters jump to a name', () => {
  grid();
  press('d');
  expect(here()).toBe('DeepSeek');
});

test('there is one tab stop, and the button of its card', () => {
  const { list, links } = grid();
  press('ArrowRight');
  expect(links.filter((link) => link.tabIndex === 0).map((link) => link.dataset.name)).toEqual(['Azure']);
  const buttons = [...list.querySelectorAll('button')];
  expect(buttons.map((button) => button.tabIndex)).toEqual([-1, 0, -1, -1, -1]);
});
