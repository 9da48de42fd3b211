import { expect, it } from 'vitest';
import { byteOrder } from '../../src/util/byte-order.ts';

it('compares UTF-8 bytes, not UTF-16 units', () => {
  expect(['\u{1F600}', '\uFF5E', 'a', 'B', '-'].toSorted(byteOrder)).toEqual([
    '-',
    'B',
    'a',
    '\uFF5E',
    '\u{1F600}',
  ]);
});
