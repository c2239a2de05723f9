import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const catalog = join(here, '../src-tauri/core/catalog');
const icons = join(here, 'node_modules/@lobehub/icons-static-svg/icons');
const id = 'virtual:marks';

/**
 * Provides `virtual:marks`: the drawings of the marks that the catalogue names, and no others. A provider is one file in
 * the catalogue; its mark needs no line here.
 */
export function marks(): Plugin {
  return {
    name: 'keystead-marks',
    resolveId: (source) => (source === id ? `\0${id}` : null),
    load(source) {
      if (source !== `\0${id}`) return null;
      const drawings = Object.fromEntries(
        names()
          .filter((name) => existsSync(join(icons, `${name}.svg`)))
          .map((name) => [name, drawing(readFileSync(join(icons, `${name}.svg`), 'utf8'))]),
      );
      return `export default ${JSON.stringify(drawings)};`;
    },
  };
}

function names(): string[] {
  if (!existsSync(catalog)) return [];
  const found = readdirSync(catalog)
    .filter((file) => file.endsWith('.toml'))
    .map((file) => /^mark\s*=\s*"([a-z0-9-]+)"/m.exec(readFileSync(join(catalog, file), 'utf8'))?.[1]);
  return [...new Set(found.filter((name) => name !== undefined))].sort();
}

/** What is inside the `<svg>`, without its title (the name stands beside it) and without styles (the CSP has none). */
function drawing(svg: string): string {
  return svg
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<title>[\s\S]*?<\/title>/, '')
    .replace(/\sstyle="[^"]*"/g, '');
}
