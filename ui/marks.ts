import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const catalog = join(here, '../src-tauri/core/catalog');
const icons = join(here, 'node_modules/@lobehub/icons-static-svg/icons');

/**
 * Provides the marks that the catalogue names, and no others: `/assets/marks/NAME.svg#mark` each, so that a page loads
 * those it shows. A provider is one file in the catalogue; its mark needs no line here.
 */
export function marks(): Plugin {
  let building = false;
  return {
    name: 'keystead-marks',
    configResolved: ({ command }) => {
      building = command === 'build';
    },
    buildStart() {
      for (const name of names()) {
        const source = drawing(name);
        if (building) this.emitFile({ type: 'asset', fileName: `assets/marks/${name}.svg`, source });
      }
    },
    configureServer(server) {
      server.middlewares.use('/assets/marks', (request, response) => {
        const name = /^\/([a-z0-9-]+)\.svg/.exec(request.url ?? '')?.[1];
        response.setHeader('content-type', 'image/svg+xml').end(name && names().includes(name) ? drawing(name) : '');
      });
    },
  };
}

function names(): string[] {
  if (!existsSync(catalog)) return [];
  const found = readdirSync(catalog)
    .filter((name) => name.endsWith('.toml'))
    .map((name) => /^mark\s*=\s*"([a-z0-9-]+)"/m.exec(readFileSync(join(catalog, name), 'utf8'))?.[1])
    .filter((name) => name !== undefined);
  return [...new Set(found)].sort();
}

/** One mark in one colour, the page's. A mark that the icon set lacks ends the build. */
function drawing(name: string): string {
  const svg = readFileSync(join(icons, `${name}.svg`), 'utf8');
  const box = /viewBox="([^"]+)"/.exec(svg)?.[1] ?? '0 0 24 24';
  return `<svg xmlns="http://www.w3.org/2000/svg"><symbol id="mark" viewBox="${box}">${inside(svg)}</symbol></svg>`;
}

/** What is inside the `<svg>`, without its title (the name stands beside it) and without styles (the CSP has none). */
function inside(svg: string): string {
  return svg
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<title>[\s\S]*?<\/title>/, '')
    .replace(/\sstyle="[^"]*"/g, '');
}
