import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const catalog = join(here, '../src-tauri/core/catalog');
const icons = join(here, 'node_modules/@lobehub/icons-static-svg/icons');
const id = 'virtual:marks';
const file = 'assets/marks.svg';

/**
 * Provides the marks that the catalogue names, and no others: `virtual:marks` holds their names, one SVG file their
 * drawings. A provider is one file in the catalogue; its mark needs no line here.
 */
export function marks(): Plugin {
  let building = false;
  return {
    name: 'keystead-marks',
    configResolved: ({ command }) => {
      building = command === 'build';
    },
    resolveId: (source) => (source === id ? `\0${id}` : null),
    load(source) {
      if (source !== `\0${id}`) return null;
      if (building) this.emitFile({ type: 'asset', fileName: file, source: sheet() });
      return `export const names = new Set(${JSON.stringify(names())});`;
    },
    configureServer(server) {
      server.middlewares.use(`/${file}`, (_, response) => {
        response.setHeader('content-type', 'image/svg+xml').end(sheet());
      });
    },
  };
}

function names(): string[] {
  if (!existsSync(catalog)) return [];
  const found = readdirSync(catalog)
    .filter((name) => name.endsWith('.toml'))
    .map((name) => /^mark\s*=\s*"([a-z0-9-]+)"/m.exec(readFileSync(join(catalog, name), 'utf8'))?.[1])
    .filter((name) => name !== undefined && existsSync(join(icons, `${name}.svg`)));
  return [...new Set(found as string[])].sort();
}

function sheet(): string {
  const symbols = names().map((name) => {
    const drawing = inside(readFileSync(join(icons, `${name}.svg`), 'utf8'));
    return `<symbol id="${name}" viewBox="0 0 24 24">${drawing}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`;
}

/** What is inside the `<svg>`, without its title (the name stands beside it) and without styles (the CSP has none). */
function inside(svg: string): string {
  return svg
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<title>[\s\S]*?<\/title>/, '')
    .replace(/\sstyle="[^"]*"/g, '');
}
