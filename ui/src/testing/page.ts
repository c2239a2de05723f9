import axe from 'axe-core';
import { expect } from 'vitest';
import { mockIPC } from '../ipc/testing.ts';
import { never } from './models.ts';

type Answers = Record<string, (args: never) => unknown>;

/** What every page of a provider, and what stands over it, asks for. */
const usual: Answers = { list_models: ({ id }: { id: string }) => never(id), list_workspaces: () => [] };

/** A Rust side made of functions, which remembers what it was asked. */
export function rust(answers: Answers) {
  const calls: { command: string; args: unknown }[] = [];
  mockIPC(async (command, args) => {
    calls.push({ command, args: args instanceof Uint8Array ? args.slice() : args });
    return (await (answers[command] ?? usual[command])?.(args as never)) ?? null;
  });
  return {
    calls,
    asked: (command: string) => calls.filter((call) => call.command === command).map((call) => call.args),
  };
}

/** No rule of axe is broken. Contrast is computed from the tokens instead: there is no painting here. */
export async function accessible(element: Element = document.body): Promise<void> {
  const { violations } = await axe.run(element, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}
