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
  },
  // Svelte ships a server build too; tests need the one for a page.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
  test: { environment: 'happy-dom', setupFiles: ['src/testing/setup.ts'], include: ['src/**/*.test.ts'], css: true },
});
