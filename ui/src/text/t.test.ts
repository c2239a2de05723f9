import { expect, test } from 'vitest';
import { ago, money, took, wait } from './format.ts';
import { en } from './en.ts';
import { t } from './t.ts';

test('values are put into a sentence', () => {
  expect(t('what.invalid_key', { provider: 'OpenAI' })).toBe('OpenAI does not know this key.');
});

test('a plural follows its number', () => {
  expect(t('providers.nKeys', { count: 1 })).toBe('1 key');
  expect(t('providers.nKeys', { count: 14 })).toBe('14 keys');
});

test('a value that looks like a slot is not filled in again', () => {
  expect(t('providers.nothing', { query: '{query}' })).toContain('“{query}”');
});

test('no sentence shouts or begs', () => {
  const sentences = (tree: unknown): string[] =>
    typeof tree === 'string' ? [tree] : Object.values(tree as object).flatMap(sentences);
  expect(sentences(en).filter((sentence) => /!|\bplease\b|\bsimply\b/i.test(sentence))).toEqual([]);
});

test('times are told as people tell them', () => {
  const now = 1_763_700_000_000;
  expect(ago(now - 20_000, now)).toBe('just now');
  expect(ago(now - 300_000, now)).toMatch(/^5 min/);
  expect(took(388)).toBe('388 ms');
  expect(took(5000)).toBe('5.0 s');
  expect(wait(38)).toBe('38 s');
});

test('a currency nobody knows stands as it came', () => {
  expect(money(4.2, 'USD')).toContain('4.20');
  expect(money(7, 'credits')).toBe('7.0 credits');
});
