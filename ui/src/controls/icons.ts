/** A stroke, or one of the few other things an icon is made of. */
type Part = string | { d: string; fill?: boolean; faint?: boolean; dash?: string };

const circle = (x: number, y: number, r: number) =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
const ring = circle(8, 8, 5.75);
const shield = 'M8 1.9 13 3.7v3.9c0 3.1-2 5.2-5 6.4-3-1.2-5-3.3-5-6.4V3.7z';

/** 16 px, drawn in the colour of the text. */
export const icons = {
  alert: [ring, 'M8 5v3.6', 'M8 10.9v.1'],
  back: ['M10 3.5 5.5 8l4.5 4.5'],
  check: ['m3.5 8.4 3 3 6-6.6'],
  chevron: ['M6 3.5 10.5 8 6 12.5'],
  clipboard: [
    'M4.75 3.25h6.5a1.5 1.5 0 0 1 1.5 1.5v7.5a1.5 1.5 0 0 1-1.5 1.5h-6.5a1.5 1.5 0 0 1-1.5-1.5v-7.5a1.5 1.5 0 0 1 1.5-1.5z',
    'M6 3.25v-.5c0-.55.45-1 1-1h2c.55 0 1 .45 1 1v.5c0 .55-.45 1-1 1H7c-.55 0-1-.45-1-1z',
  ],
  clock: [ring, 'M8 4.8V8l2.2 1.6'],
  close: ['m4.5 4.5 7 7M11.5 4.5l-7 7'],
  copy: [
    'M7 5.5h5A1.5 1.5 0 0 1 13.5 7v5a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 12V7A1.5 1.5 0 0 1 7 5.5z',
    'M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5',
  ],
  cross: [ring, 'm6 6 4 4M10 6l-4 4'],
  dash: ['M4.5 8h7'],
  dashed: [
    { d: ring, dash: '2.2 2.3' },
    { d: circle(8, 8, 1), fill: true },
  ],
  dot: [{ d: circle(8, 8, 2), fill: true }],
  eye: ['M1.8 8S4 3.9 8 3.9 14.2 8 14.2 8 12 12.1 8 12.1 1.8 8 1.8 8z', circle(8, 8, 1.8)],
  eyeOff: ['M1.8 8S4 3.9 8 3.9 14.2 8 14.2 8 12 12.1 8 12.1 1.8 8 1.8 8z', 'm3 13 10-10'],
  info: [ring, 'M8 7.4v3.4', 'M8 5.1v.1'],
  key: [circle(4.9, 8, 2.9), 'M7.8 8h6.2M10.8 8v2.4M13.4 8v1.8'],
  lock: [
    'M4.75 7h6.5a1.5 1.5 0 0 1 1.5 1.5V12a1.5 1.5 0 0 1-1.5 1.5h-6.5a1.5 1.5 0 0 1-1.5-1.5V8.5A1.5 1.5 0 0 1 4.75 7z',
    'M5.4 7V5a2.6 2.6 0 0 1 5.2 0v2',
  ],
  more: [
    { d: circle(3.5, 8, 1.25), fill: true },
    { d: circle(8, 8, 1.25), fill: true },
    { d: circle(12.5, 8, 1.25), fill: true },
  ],
  plus: ['M8 3.5v9M3.5 8h9'],
  refresh: ['M13 8a5 5 0 1 1-1.5-3.5L13 6', 'M13 2.8V6H9.8'],
  ring: [circle(8, 8, 5)],
  route: ['M2.5 8h2.8l4-4h4M5.3 8l4 4h4', 'm11.6 2.3 1.7 1.7-1.7 1.7M11.6 10.3l1.7 1.7-1.7 1.7'],
  search: [circle(7, 7, 4.25), 'm10.2 10.2 3.3 3.3'],
  shield: [shield, 'm5.8 7.9 1.6 1.6 2.9-3.1'],
  shieldOff: [shield, 'm6.2 6.2 3.6 3.6M9.8 6.2 6.2 9.8'],
  sliders: ['M2.5 5h5.6M12.2 5h1.3M2.5 11h1.3M7.9 11h5.6', circle(10.1, 5, 1.9), circle(5.9, 11, 1.9)],
  spinner: [{ d: circle(8, 8, 5.5), faint: true }, 'M8 2.5A5.5 5.5 0 0 1 13.5 8'],
  triangle: ['M8 2.6 14 13H2z', 'M8 6.6v2.8', 'M8 11.1v.1'],
  updown: ['m5.2 6.2 2.8-2.7 2.8 2.7M5.2 9.8 8 12.5l2.8-2.7'],
} as const satisfies Record<string, readonly Part[]>;

export type IconName = keyof typeof icons;
export const partsOf = (name: IconName): readonly Part[] => icons[name];
