import { expect, test } from 'vitest';
import { storeLimit } from '../../src/app/tend-store.ts';

const gibibyte = 1024 ** 3;

test.each([
  [undefined, 20 * gibibyte],
  ['', 20 * gibibyte],
  ['40GiB', 40 * gibibyte],
  ['none', undefined],
  ['much', 20 * gibibyte],
])('KILN_STORE_LIMIT=%s', (given, bytes) => {
  expect(storeLimit(given === undefined ? {} : { KILN_STORE_LIMIT: given })).toBe(bytes);
});
