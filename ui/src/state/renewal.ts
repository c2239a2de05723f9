import { calls } from '../ipc/calls.ts';
import { renewPage } from '../ipc/ipc.ts';
import { overlay } from './overlay.svelte.ts';
import { toast } from './toast.svelte.ts';

// A script's strings cannot be wiped, only left behind. Once nothing would be lost by it, a page in which something was
// typed in secret is given up for a new one, in a process of its own.

const LOOK_MS = 500;
/** So long nobody has touched anything. */
const CALM_MS = 1500;
const PLACE = 'keystead.place';

type Place = { focus: number[]; scroll: number };

/** A key or a passphrase was typed here. */
let due = false;
let touched = 0;
/** The field that holds something that would be lost. */
let edited: HTMLInputElement | HTMLTextAreaElement | null = null;

export function typedInSecret(): void {
  due = true;
}

/** Nothing is open, under way, half typed, being read or being done. */
function isCalm(): boolean {
  const unsaved = edited?.isConnected === true && edited.value !== '';
  return !overlay.open && calls.open === 0 && toast.text === null && !unsaved && performance.now() - touched >= CALM_MS;
}

/** Watches for the moment. */
export function startRenewal(): () => void {
  const touch = () => (touched = performance.now());
  const edit = ({ target }: Event) => {
    touch();
    const field = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target : null;
    if (field && field.type !== 'password' && !field.closest('dialog')) edited = field;
  };
  const timer = setInterval(() => {
    if (!due || !isCalm()) return;
    due = false;
    keepPlace();
    // Where it fails the page is still good; what was typed is then gone when the app is.
    void renewPage().catch(() => sessionStorage.removeItem(PLACE));
  }, LOOK_MS);
  const acts = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;
  for (const act of acts) addEventListener(act, touch, { passive: true });
  addEventListener('input', edit);
  return () => {
    clearInterval(timer);
    for (const act of acts) removeEventListener(act, touch);
    removeEventListener('input', edit);
  };
}

function keepPlace(): void {
  const focus: number[] = [];
  for (let at = document.activeElement; at && at !== document.body; at = at.parentElement) {
    focus.unshift([...(at.parentElement?.children ?? [])].indexOf(at));
  }
  sessionStorage.setItem(PLACE, JSON.stringify({ focus, scroll: scrollY } satisfies Place));
}

/** Puts focus and view back where the page before had them, once what was there is there again. */
export function resumePlace(): void {
  const kept = sessionStorage.getItem(PLACE);
  if (kept === null) return;
  sessionStorage.removeItem(PLACE);
  const { focus, scroll } = JSON.parse(kept) as Place;
  scrollTo(0, scroll);
  let at: Element | undefined = document.body;
  for (const nth of focus) at = at?.children[nth];
  if (at instanceof HTMLElement && at !== document.body) at.focus({ preventScroll: true });
}
