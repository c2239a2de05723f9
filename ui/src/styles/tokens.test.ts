import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync('src/styles/tokens.css', 'utf8');

/** `oklch(l c h)` to linear sRGB, after Björn Ottosson's definition of Oklab. */
function linear([l, c, h]: number[]): number[] {
  const [a, b] = [(c ?? 0) * Math.cos(((h ?? 0) * Math.PI) / 180), (c ?? 0) * Math.sin(((h ?? 0) * Math.PI) / 180)];
  const cube = (x: number) => x ** 3;
  const L = cube((l ?? 0) + 0.3963377774 * a + 0.2158037573 * b);
  const M = cube((l ?? 0) - 0.1055613458 * a - 0.0638541728 * b);
  const S = cube((l ?? 0) - 0.0894841775 * a - 1.291485548 * b);
  return [
    4.0767416621 * L - 3.3077115913 * M + 0.2309699292 * S,
    -1.2684380046 * L + 2.6097574011 * M - 0.3413193965 * S,
    -0.0041960863 * L - 0.7034186147 * M + 1.707614701 * S,
  ].map((value) => Math.min(1, Math.max(0, value)));
}

function luminance(token: string, dark: boolean): number {
  const found = new RegExp(`--${token}:\\s*(?:light-dark\\()?oklch\\(([^)]*)\\)(?:,\\s*oklch\\(([^)]*)\\))?`).exec(css);
  const values = (dark ? (found?.[2] ?? found?.[1]) : found?.[1])?.split(/\s+/).map(Number);
  if (!values) throw new Error(`no such token: ${token}`);
  const [r, g, b] = linear(values);
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(ink: string, ground: string, dark: boolean): number {
  const [a, b] = [luminance(ink, dark), luminance(ground, dark)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const grounds = ['window', 'surface', 'sidebar', 'hover'];
const text: [string, string[]][] = [
  ['text', [...grounds, 'selected', 'neutral-bg']],
  ['text-2', [...grounds, 'selected', 'neutral-bg']],
  ['text-3', grounds],
  ['accent-text', [...grounds, 'selected']],
  ['on-accent', ['accent', 'accent-hover', 'danger-solid']],
  ['success', ['surface', 'window', 'success-bg']],
  ['warning', ['surface', 'window', 'warning-bg']],
  ['danger', ['surface', 'window', 'danger-bg']],
  ['info', ['surface', 'window', 'info-bg']],
];

describe.each([
  ['light', false],
  ['dark', true],
])('in %s', (_, dark) => {
  test.each(text.flatMap(([ink, on]) => on.map((ground) => [ink, ground])))('%s is readable on %s', (ink, ground) => {
    expect(contrast(ink ?? '', ground ?? '', dark)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['border-control', 'focus'].flatMap((line) => grounds.map((ground) => [line, ground])))(
    '%s can be seen on %s',
    (line, ground) => expect(contrast(line ?? '', ground ?? '', dark)).toBeGreaterThanOrEqual(3),
  );
});
