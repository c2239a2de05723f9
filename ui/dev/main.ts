// The whole window on sample data, in any browser: `npm run dev`, then http://127.0.0.1:1420/dev/?scene=crowded
// Never part of a build: nothing in src/ imports it.
import { mockIPC } from '../src/ipc/testing.ts';
import { answer } from './backend.ts';

mockIPC((command, args) => answer(command, args));
await import('../src/main.ts');
