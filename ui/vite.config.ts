import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { marks } from './marks.ts';

export default defineConfig({
  plugins: [svelte(), marks()],
  // What may reach the page's code from the environment; nothing else does.
  envPrefix: ['VITE_', 'TAURI_ENV_'],
  clearScreen: false,
  server: { host: '127.0.0.1', port: 1420, strictPort: true },
  build: {
    target: 'safari18',
    assetsInlineLimit: 4096,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    // What the first view loads is weighed by it.
    manifest: true,
    // What the first view needs in one file, what several later parts share in another: few files, read at once.
    // The entry stays apart: it waits for settings, and a later part that imports it would wait with it.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'], test: (id) => !/(index.html|main.ts)$/.test(id), priority: 1 },
            { name: 'shared', minShareCount: 2 },
          ],
        },
      },
    },
  },
  // Svelte ships a server build too; tests need the one for a page.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
  test: {
    environment: 'happy-dom',
    setupFiles: ['src/testing/setup.ts'],
    include: ['src/**/*.test.ts'],
    css: true,
    testTimeout: 30_000,
  },
});
