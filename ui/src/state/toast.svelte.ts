/** One short message at the bottom, for what happened in the background. */
export const toast = $state<{ text: string | null }>({ text: null });

let timer: ReturnType<typeof setTimeout> | undefined;

export function tell(text: string): void {
  toast.text = text;
  resume();
}

/** It stays while somebody reads it. */
export function pause(): void {
  clearTimeout(timer);
}

export function resume(): void {
  clearTimeout(timer);
  timer = setTimeout(() => (toast.text = null), 5000);
}

/** What a screen reader is told, once. */
export const announced = $state({ text: '' });

export function announce(text: string): void {
  announced.text = text;
}
