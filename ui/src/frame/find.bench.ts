// What a letter typed into the palette costs, from 10 keys to 10,000: `npm run bench`.
import { bench, describe } from 'vitest';
import { key, provider } from '../testing/samples.ts';
import { sections } from './commands.ts';
import { find } from './find.ts';

/** So many keys, at sixty providers. */
function keys(count: number) {
  const names = Array.from({ length: 60 }, (_, n) => `provider-${n}`);
  return names.map((id, n) => {
    const mine = Array.from({ length: Math.ceil((count - n) / names.length) }, (_, nth) => key(id, `Key ${nth}`));
    return provider(id, id, { keys: mine });
  });
}

describe('search among keys', () => {
  for (const count of [10, 1_000, 10_000]) {
    const all = sections(keys(count), true);
    bench(`${count} keys`, () => void find(all, 'key 7'));
  }
});
