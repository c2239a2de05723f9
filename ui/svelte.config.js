/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
  compilerOptions: {
    runes: true,
    // Nothing reads which Svelte it is.
    discloseVersion: false,
    // The letters that keep one component's styles from another's: random, so they cost more than what they mark.
    cssHash: ({ hash, name, filename, css }) => `k${hash(`${name}${filename ? '' : css}`).slice(0, 4)}`,
  },
};
