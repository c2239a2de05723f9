import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepFocused } from './keeper.ts';

let stop: () => void;
beforeEach(() => {
  document.body.innerHTML = `
    <main tabindex="-1">
      <h1>Tasks</h1>
      <button id="add">Add task</button>
      <section>
        <h2>Keys</h2>
        <ul>
          <li id="one"><button>Test A</button><button class="more">More for A</button></li>
          <li id="two"><button>Test B</button><button class="more">More for B</button></li>
          <li id="three"><button>Test C</button><button class="more">More for C</button></li>
        </ul>
      </section>
    </main>`;
  stop = keepFocused();
});
afterEach(() => {
  stop();
  document.body.innerHTML = '';
});

const find = (what: string) => document.querySelector<HTMLElement>(what) as HTMLElement;
const settled = () => new Promise((done) => setTimeout(done, 60));

/** As the browser does: the dialog is modal, and the focus is in it. */
function dialog(): HTMLDialogElement {
  const made = document.createElement('dialog');
  made.tabIndex = -1;
  made.innerHTML = '<button>Cancel</button><button data-next>Go on</button>';
  document.body.append(made);
  made.setAttribute('open', '');
  made.querySelector('button')?.focus();
  return made;
}

test('a dialog that is taken away gives the focus to what opened it', async () => {
  find('#add').focus();
  dialog().remove();
  await settled();
  expect(find('#add')).toHaveFocus();
});

test('a dialog that took the place of another gives it to what opened the first', async () => {
  find('#add').focus();
  dialog().remove();
  dialog().remove();
  await settled();
  expect(find('#add')).toHaveFocus();
});

test('a dialog over another gives it back into that one', async () => {
  find('#add').focus();
  const below = dialog();
  below.querySelectorAll('button')[1]?.focus();
  dialog().remove();
  await settled();
  expect(below.querySelectorAll('button')[1]).toHaveFocus();
});

test('where a click focuses no button, it was the button that opened the dialog', async () => {
  find('main').focus();
  find('#add').dispatchEvent(new MouseEvent('click', { bubbles: true }));
  dialog().remove();
  await settled();
  expect(find('#add')).toHaveFocus();
});

test('an opener that was drawn anew is known by its name', async () => {
  find('#two .more').focus();
  const open = dialog();
  find('#two').innerHTML = '<button>Test B</button><button class="more">More for B</button>';
  open.remove();
  await settled();
  expect(find('#two .more')).toHaveFocus();
});

test('a removed row gives it to the next row, and the last one to the row before', async () => {
  find('#two .more').focus();
  const open = dialog();
  find('#two').remove();
  open.remove();
  await settled();
  expect(find('#three button')).toHaveFocus();
  find('#three').remove();
  await settled();
  expect(find('#one button')).toHaveFocus();
});

test('a row that was removed after its dialog had closed gives it on, too', async () => {
  find('#one .more').focus();
  dialog().remove();
  await settled();
  expect(find('#one .more')).toHaveFocus();
  find('#one').remove();
  await settled();
  expect(find('#two button')).toHaveFocus();
});

test('a list that is gone gives it to the heading of its group, a group to the page’s', async () => {
  find('#one button').focus();
  find('ul').remove();
  await settled();
  expect(find('h2')).toHaveFocus();
  find('section').remove();
  await settled();
  expect(find('h1')).toHaveFocus();
});

test('a row that is put elsewhere keeps it', async () => {
  find('#one .more').focus();
  find('ul').append(find('#one'));
  await settled();
  expect(find('#one .more')).toHaveFocus();
});

test('inside a dialog it goes to what comes next there, never below it', async () => {
  find('#add').focus();
  const open = dialog();
  open.querySelector('button')?.remove();
  await settled();
  expect(open.querySelector('[data-next]')).toHaveFocus();
});

test('who clicked beside everything is left alone', async () => {
  find('#add').focus();
  find('#add').blur();
  find('section').dispatchEvent(new MouseEvent('click', { bubbles: true }));
  find('#add').remove();
  await settled();
  expect(document.body).toHaveFocus();
});
