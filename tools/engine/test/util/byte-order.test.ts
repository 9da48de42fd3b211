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

it('agrees with the bytes on texts of every kind', () => {
  const texts = [
    '',
    'a',
    'ab',
    'b',
    'é',
    '\uD7FF',
    '\uE000',
    '\uFFFF',
    '\u{10000}',
    '\u{10FFFF}',
    'a\u{10000}b',
  ];
  for (const left of texts) {
    for (const right of texts) {
      expect(Math.sign(byteOrder(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
    }
  }
});
