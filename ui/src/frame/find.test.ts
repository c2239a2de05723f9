import { expect, test } from 'vitest';
import { key, provider } from '../testing/samples.ts';
import { sections } from './commands.ts';
import { find } from './find.ts';

const labels = (all: ReturnType<typeof find>) => all.flatMap((section) => section.commands.map((one) => one.label));

test('what begins with what was typed comes first, and other names count too', () => {
  const all = [provider('mistral', 'Mistral', { aliases: ['le chat'], keys: [key('mistral', 'Work')] })];
  const found = labels(find(sections(all, true), 'mist'));
  expect(found[0]).toBe('Mistral');
  expect(found).toContain('Copy Mistral, Work');
  expect(labels(find(sections(all, true), 'work mist'))).toEqual(['Copy Mistral, Work']);
  expect(labels(find(sections(all, true), 'le chat'))).toContain('Test Mistral');
  expect(find(sections(all, true), 'nothing of the kind')).toEqual([]);
});

test('every section of Settings is found by its name', () => {
  for (const name of ['Limits', 'Workspaces', 'Notifications', 'Features', 'Tests', 'Storage']) {
    expect(labels(find(sections([], true), name)), name).toContain(`Settings: ${name}`);
  }
});

test('ten thousand keys are no ten thousand lines', () => {
  const keys = Array.from({ length: 10_000 }, (_, n) => key('openai', `Key ${n}`));
  const all = [provider('openai', 'OpenAI', { keys })];
  expect(labels(find(sections(all, false), '')).length).toBeLessThan(40);
  expect(labels(find(sections(all, true), 'key')).length).toBeLessThan(40);
});
