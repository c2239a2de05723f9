import { expect, test } from 'vitest';
import { settings, usual } from '../state/settings.svelte.ts';
import { found, inVariable, key, policy, provider, report } from '../testing/samples.ts';
import { Order, sorted } from './order.ts';
import { attention, summarise } from './summary.ts';

const now = Date.now();
const good = key('p', 'Good', { last_test: report('connected') });
const bad = key('p', 'Work', { last_test: report('invalid_key') });
const of = (...keys: (typeof good)[]) => provider('p', 'Provider', { keys });

test('the worst key speaks, with a count when the keys differ', () => {
  const said = summarise(of(good, bad), now);
  expect(said.badge).toMatchObject({ tone: 'danger', word: '1 of 2 rejected' });
  expect(said.line).toBe('Work: Provider does not know this key.');
});

test('keys that all say the same need no count and no name', () => {
  const said = summarise(of(bad, { ...bad, id: 'other', name: 'Other' }), now);
  expect(said.badge.word).toBe('Key rejected');
  expect(said.line).toBe('Provider does not know this key.');
});

test('an untested key shows no time of another', () => {
  const said = summarise(of(good, key('p', 'New')), now);
  expect(said).toMatchObject({ at: null, latency: null, badge: { word: '1 of 2 not tested' } });
});

test('a key that is off asks for nothing', () => {
  expect(attention(of({ ...bad, enabled: false }))).toBe(false);
  expect(summarise(of({ ...bad, enabled: false }, good), now).badge.word).toBe('Connected');
});

test('what proves the key good is said', () => {
  const limited = key('p', 'K', { last_test: report('rate_limited', { retry_after_s: 338, at: now - 300_000 }) });
  expect(summarise(of(limited), now).line).toBe('Free again in 38 s. The key itself is good.');
});

test('a secret that is gone needs attention whatever the last test said', () => {
  const missing = key('p', 'K', { state: 'missing', last_test: report('connected') });
  expect(attention(of(missing))).toBe(true);
  expect(summarise(of(missing), now).badge.word).toBe('Secret missing');
});

test('a key in the environment says where it is', () => {
  const ambient = found('p', 'P_API_KEY');
  expect(summarise(provider('p', 'P', { ambient: [ambient] }), now)).toMatchObject({
    badge: { word: 'Not tested' },
    line: 'Set in the environment, read when used',
  });
  const tested = { ...ambient, last_test: report('connected') };
  expect(summarise(provider('p', 'P', { ambient: [tested] }), now).line).toBe('Set in the environment, read when used');
  const bad = { ...ambient, last_test: report('invalid_key') };
  expect(summarise(provider('p', 'Provider', { ambient: [bad], keys: [good] }), now).line).toBe(
    'Environment: Provider does not know this key.',
  );
});

test('a variable that is not set is named', () => {
  const unset = inVariable('p', 'P_API_KEY', { variable: { name: 'P_API_KEY', set: false } });
  expect(summarise(of(unset), now)).toMatchObject({ badge: { word: 'Not set' }, line: 'P_API_KEY is not set.' });
  expect(summarise(of(unset, good), now).badge.word).toBe('1 of 2 not set');
});

const day = 86_400_000;
const tells = (at: number, expires: number) =>
  key('p', 'Told', {
    last_test: report('connected', {
      at,
      account: [
        { kind: 'credit', remaining: 4.2, limit: 10, currency: 'EUR' },
        { kind: 'resets', every: 'monthly' },
        { kind: 'expires', at: new Date(now + expires).toISOString() },
      ],
    }),
  });

test('the account is told in its own currency, and by the key that knows it', () => {
  const said = summarise(of(good, tells(now - 300_000, 400 * day)), now);
  expect(said.line).toBe('€4.20 left of €10.00 · resets monthly');
  expect(said.badge.word).toBe('Connected');
});

test('an account line that is older than the time above it has its own', () => {
  const later = key('p', 'Later', { last_test: report('invalid_key', { at: now }) });
  expect(summarise(of(tells(now - 2 * 3_600_000, 400 * day), later), now).line).not.toContain('€');
  const fresh = key('p', 'Fresh', { last_test: report('connected', { at: now }) });
  const said = summarise(of(tells(now - 2 * 3_600_000, 400 * day), fresh), now);
  expect(said.line).toBe('€4.20 left of €10.00 · resets monthly, 2 hr ago');
});

test('a near end comes first, asks for attention, and is gone when it is far', () => {
  const near = tells(now, 3.5 * day);
  expect(summarise(of(near), now)).toMatchObject({
    badge: { tone: 'warning', word: 'Expires soon' },
    line: 'expires in 3 days · €4.20 left of €10.00',
  });
  expect(attention(of(near))).toBe(true);
  expect(attention(of(tells(now, 30 * day)))).toBe(false);
  expect(summarise(of(near, good), now).badge.word).toBe('1 of 2 expires soon');
});

test('attention comes first, then the name', () => {
  const list = [provider('b', 'B'), provider('c', 'C', { keys: [bad] }), provider('a', 'A')];
  expect(sorted(list).map((one) => one.id)).toEqual(['c', 'a', 'b']);
});

test('cards keep their places while the page is open', () => {
  const order = new Order();
  const list = [provider('a', 'A'), provider('b', 'B')];
  order.of(list);
  const changed = [provider('a', 'A'), provider('b', 'B', { keys: [bad] }), provider('0', '0')];
  expect(order.of(changed).map((one) => one.id)).toEqual(['a', 'b', '0']);
});

const dayIn = (from: number) => new Date(Date.now() + from * 86_400_000).toISOString().slice(0, 10);
const ends = (name: string, days: number, outcome: 'connected' | 'invalid_key' = 'connected') =>
  key('p', name, { policy: { ...policy, expires_on: dayIn(days) }, last_test: report(outcome) });

test('a key near its last day, or past it, needs attention and says which and when', () => {
  const soon = of(good, ends('Work', 3));
  expect(attention(soon)).toBe(true);
  expect(summarise(soon, now)).toMatchObject({
    badge: { tone: 'warning', word: '1 of 2 expires soon' },
    line: 'Work: expires in 3 days',
  });
  const over = of(ends('Old', -2));
  expect(summarise(over, now)).toMatchObject({ badge: { tone: 'danger', word: 'Key expired' } });
  expect(summarise(over, now).line).toMatch(/^Old: expired /);
  expect(sorted([of(good), { ...soon, id: 'q', name: 'Zoo' }]).map((one) => one.id)).toEqual(['q', 'p']);
});

test('a last day far away, or one nobody wants to be reminded of, asks for nothing; a failed test is louder', () => {
  expect(attention(of(ends('Work', 8)))).toBe(false);
  settings.now = { ...usual, reminder_days: 14 };
  expect(attention(of(ends('Work', 8)))).toBe(true);
  settings.now = { ...usual, expiry_reminders: false };
  expect(attention(of(ends('Work', 1)))).toBe(false);
  expect(attention(of(ends('Work', -1)))).toBe(true);
  settings.now = usual;
  expect(summarise(of(ends('Work', 1, 'invalid_key')), now).badge.word).toBe('Key rejected');
});
