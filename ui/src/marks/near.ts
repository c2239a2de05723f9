import type { Attachment } from 'svelte/attachments';

const waiting = new WeakMap<Element, () => void>();
let observer: IntersectionObserver | undefined;

function arrive(entries: IntersectionObserverEntry[]) {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    observer?.unobserve(target);
    waiting.get(target)?.();
  }
}

/** Calls `then` once, when the element is about to be seen: after the first look at the page, not before it. */
export function whenNear(then: () => void): Attachment {
  return (element) => {
    observer ??= new IntersectionObserver(arrive, { rootMargin: '200px' });
    waiting.set(element, then);
    observer.observe(element);
    return () => observer?.unobserve(element);
  };
}
