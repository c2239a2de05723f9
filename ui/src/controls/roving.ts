type Options = {
  /** What can be focused: one tab stop for all of them. */
  item: string;
  /** What belongs to an item and is reached from it by Tab. */
  extra?: string;
};

/** Arrow keys by what is seen, Home, End and type-ahead, for a list or a grid with one tab stop. */
export function roving({ item, extra }: Options) {
  return (list: HTMLElement) => {
    let current: HTMLElement | undefined;
    let typed = '';
    let typedAt = 0;
    const items = () => [...list.querySelectorAll<HTMLElement>(item)];

    function settle() {
      const all = items();
      if (!current || !all.includes(current)) current = all[0];
      for (const one of all) {
        one.tabIndex = one === current ? 0 : -1;
        const more = extra ? one.closest('li')?.querySelector<HTMLElement>(extra) : null;
        if (more) more.tabIndex = one === current ? 0 : -1;
      }
    }

    function enter(event: FocusEvent) {
      const row = (event.target as HTMLElement).closest('li');
      const found = items().find((one) => row?.contains(one));
      if (found) current = found;
      settle();
    }

    function press(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const from = items().find((one) => one === event.target);
      if (!from) return;
      const to = target(event, from);
      if (!to) return;
      event.preventDefault();
      to.focus();
    }

    function target(event: KeyboardEvent, from: HTMLElement): HTMLElement | undefined {
      const all = items();
      if (event.key === 'Home') return all[0];
      if (event.key === 'End') return all.at(-1);
      if (event.key.startsWith('Arrow')) return neighbour(all, from, event.key);
      if (event.key.length !== 1 || event.key === ' ') return undefined;
      typed = event.timeStamp - typedAt > 700 ? event.key : typed + event.key;
      typedAt = event.timeStamp;
      const start = all.indexOf(from) + (typed.length === 1 ? 1 : 0);
      return [...all.slice(start), ...all.slice(0, start)].find((one) => named(one).startsWith(typed.toLowerCase()));
    }

    const changes = new MutationObserver(settle);
    changes.observe(list, { childList: true, subtree: true });
    list.addEventListener('focusin', enter);
    list.addEventListener('keydown', press);
    settle();
    return () => {
      changes.disconnect();
      list.removeEventListener('focusin', enter);
      list.removeEventListener('keydown', press);
    };
  };
}

const named = (item: HTMLElement) => (item.dataset.name ?? item.textContent).trim().toLowerCase();

/** The nearest item in a direction, by the middles of what is on the screen. */
function neighbour(all: HTMLElement[], from: HTMLElement, key: string): HTMLElement | undefined {
  const middle = (one: HTMLElement) => {
    const box = (one.closest('li') ?? one).getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  };
  const here = middle(from);
  const sideways = key === 'ArrowLeft' || key === 'ArrowRight';
  const sign = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1;
  let best: { one: HTMLElement; far: number } | undefined;
  for (const one of all) {
    const there = middle(one);
    const along = sign * (sideways ? there.x - here.x : there.y - here.y);
    const aside = Math.abs(sideways ? there.y - here.y : there.x - here.x);
    // Sideways stays in its row; up and down takes the nearest column of the nearest row.
    if (along <= 1 || (sideways && aside > 8)) continue;
    const far = along * 4 + aside;
    if (!best || far < best.far) best = { one, far };
  }
  return best?.one;
}
