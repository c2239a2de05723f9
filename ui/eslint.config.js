import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

const tauri = {
  patterns: [{ group: ['@tauri-apps/*'], message: 'Only src/ipc talks to Rust. Add a function to src/ipc/ipc.ts.' }],
};

export default ts.config(
  { ignores: ['dist', 'src/ipc/types.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser }, parserOptions: { extraFileExtensions: ['.svelte'] } },
    rules: {
      'no-undef': 'off',
      'no-restricted-imports': ['error', tauri],
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // What is running is a record by key: Svelte follows it, and it weighs less than its map.
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  { files: ['*.js', '*.ts'], languageOptions: { globals: globals.node } },
  { files: ['src/ipc/*.ts'], rules: { 'no-restricted-imports': 'off' } },
);
