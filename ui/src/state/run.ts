/** The name of a run, made here so that it can be cancelled before it answers. */
export function newRun(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const SHOW_AFTER = 150;
const SHOW_AT_LEAST = 400;

/** Calls `show` only if the work takes long enough to be seen, and then keeps it long enough to be read. */
export async function settle<T>(work: Promise<T>, show: () => void): Promise<T> {
  let shownAt: number | undefined;
  const timer = setTimeout(() => {
    shownAt = performance.now();
    show();
  }, SHOW_AFTER);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    const left = shownAt === undefined ? 0 : SHOW_AT_LEAST - (performance.now() - shownAt);
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  }
}
