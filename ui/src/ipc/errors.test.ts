import { expect, test } from 'vitest';
import { failedWith, fault } from './errors.ts';

test('an error of Rust passes as it is', () => {
  const refused = { code: 'name_taken', message: 'taken', field: 'name' };
  expect(fault(refused)).toEqual(refused);
  expect(failedWith(refused, 'name_taken')).toBe(true);
});

test('anything else is a fault of Keystead’s own', () => {
  expect(fault('no such command')).toEqual({ code: 'internal', message: 'no such command' });
  expect(fault(new TypeError('broken'))).toEqual({ code: 'internal', message: 'broken' });
});
