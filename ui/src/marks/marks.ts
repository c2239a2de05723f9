type Drawings = Record<string, string>;

let drawings: Promise<Drawings> | undefined;

/** The marks are a file of their own, read once, after the first picture of the page. */
export function loadMarks(): Promise<Drawings> {
  drawings ??= import('virtual:marks').then((module) => module.default);
  return drawings;
}
