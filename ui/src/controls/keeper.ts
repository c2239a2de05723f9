// Who has the focus and loses it with the ground below it (a dialog that closes, a row that is removed, a button
// whose work is done) is led to what is nearest, never to the start of the page: a browser gives it to nothing.

/** Where somebody was, and what was around it. */
type Trail = {
  at: HTMLElement;
  /** What it was called: drawn anew, it is another element with the same name. */
  name: string;
  /** From the inside out. */
  around: HTMLElement[];
  /** The row it was in, and the rows beside it: the next one first. */
  row: HTMLElement | null;
  beside: HTMLElement[];
};

const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]';
/** What says itself where the focus goes on does so before this. */
const WAIT_MS = 20;

/** Watches the whole page, until it is told to stop. */
export function keepFocused(): () => void {
  let last: Trail | undefined;
  let pressed: HTMLElement | undefined;
  /** From where each dialog was opened. */
  const origins = new WeakMap<HTMLDialogElement, Trail>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function enter({ target }: FocusEvent) {
    if (!(target instanceof HTMLElement)) return;
    const dialog = target.closest('dialog');
    if (dialog && !origins.has(dialog)) {
      const from = origin();
      if (from) origins.set(dialog, from);
    }
    if (!dialog) pressed = undefined;
    last = trailOf(target);
  }

  /** Of a dialog that took another's place: from where that one was opened. */
  function origin(): Trail | undefined {
    // On a Mac a click does not focus a button; it was the button nevertheless.
    if (pressed?.isConnected && pressed !== last?.at) return trailOf(pressed);
    const dialog = last && dialogOf(last);
    return dialog && !dialog.isConnected ? origins.get(dialog) : last;
  }

  function press({ target }: Event) {
    const control = target instanceof Element ? target.closest<HTMLElement>(FOCUSABLE) : null;
    // What is chosen in a menu is gone with the menu, which has given the focus back to its button.
    pressed = control && control.tabIndex >= 0 && !control.closest('[popover]') ? control : undefined;
    // Who clicks beside everything wants nothing to have the focus.
    if (!(control && control.tabIndex >= 0) && lost()) last = undefined;
  }

  function look(records: MutationRecord[]) {
    if (!lost() || !last) return;
    // A row that changes its place is taken out and put in again: that it was not left is known by that alone.
    const { at } = last;
    const moved = records.some((one) => [...one.removedNodes].some((node) => node.contains(at)));
    if (usable(at) && !moved) return;
    clearTimeout(timer);
    timer = setTimeout(() => lost() && last && rescue(last), WAIT_MS);
  }

  function rescue(from: Trail) {
    const dialog = dialogOf(from);
    const open = [...document.querySelectorAll('dialog[open]')].at(-1);
    const trail = dialog && !dialog.isConnected ? origins.get(dialog) : from;
    for (const one of candidates(trail, open ?? null)) if (take(one)) return;
  }

  const changes = new MutationObserver(look);
  changes.observe(document.body, { childList: true, subtree: true });
  addEventListener('focusin', enter);
  addEventListener('click', press, true);
  if (document.activeElement instanceof HTMLElement && !lost()) last = trailOf(document.activeElement);
  return () => {
    clearTimeout(timer);
    changes.disconnect();
    removeEventListener('focusin', enter);
    removeEventListener('click', press, true);
  };
}

const lost = () => document.activeElement === null || document.activeElement === document.body;
const dialogOf = ({ around }: Trail) => around.find((one) => one instanceof HTMLDialogElement);
const nameOf = (one: Element) => (one.getAttribute('aria-label') ?? one.textContent).trim();
const usable = (one: HTMLElement) => one.isConnected && one.checkVisibility?.() !== false;

function trailOf(at: HTMLElement): Trail {
  const around: HTMLElement[] = [];
  for (let one = at.parentElement; one && one !== document.body; one = one.parentElement) around.push(one);
  const row = at.closest<HTMLElement>('li, tr');
  const beside = [...after(row, 'nextElementSibling'), ...after(row, 'previousElementSibling')];
  return { at, name: nameOf(at), around, row, beside };
}

/** The next few: those that are removed together with it are passed over. */
function after(row: HTMLElement | null, way: 'nextElementSibling' | 'previousElementSibling'): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let one = row?.[way]; one instanceof HTMLElement && found.length < 50; one = one[way]) found.push(one);
  return found;
}

/** The nearest first. Nothing outside an open dialog can have the focus. */
function* candidates(trail: Trail | undefined, open: Element | null): Generator<HTMLElement | null | undefined> {
  const within = (one: HTMLElement) => !open || open.contains(one);
  if (trail) {
    if (within(trail.at)) yield trail.at;
    const left = trail.around.filter((one) => one.isConnected && within(one));
    if (trail.name && left[0]) {
      yield controls(left[0]).find((one) => one.tagName === trail.at.tagName && nameOf(one) === trail.name);
    }
    for (const row of [trail.row, ...trail.beside]) {
      if (row?.isConnected && within(row)) yield controls(row)[0];
    }
    for (const one of left) {
      if (one.matches('main, dialog')) break;
      yield one.querySelector<HTMLElement>('h2, h3');
    }
  }
  if (open) {
    yield open.querySelector<HTMLElement>('[autofocus], [data-next]');
    yield open as HTMLElement;
  }
  yield document.querySelector<HTMLElement>('main h1');
  yield document.querySelector('main');
}

const controls = (one: HTMLElement) =>
  [...one.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((control) => control.tabIndex >= 0 && usable(control));

/** Whether it has the focus now. A heading takes it for this once. */
function take(one: HTMLElement | null | undefined): boolean {
  if (!one || !usable(one)) return false;
  if (/^H\d$/.test(one.tagName)) one.tabIndex = -1;
  one.focus({ preventScroll: one.tagName === 'MAIN' });
  return document.activeElement === one;
}
