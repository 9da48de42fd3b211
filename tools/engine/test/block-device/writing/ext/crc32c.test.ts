import { expect, test } from 'vitest';
import { crc32c, crc32cOfNumber } from '../../../../src/block-device/writing/ext/crc32c.ts';

test('it is CRC-32C, without the inversions (check value of RFC 3720: e3069283)', () => {
  const sum = crc32c(~0, Buffer.from('123456789'));
  expect((~sum >>> 0).toString(16)).toBe('e3069283');
  expect((~crc32c(~0, Buffer.alloc(32)) >>> 0).toString(16)).toBe('8a9136aa');
});

test('pieces give what the whole gives', () => {
  const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 7) & 255));
  for (const cut of [0, 1, 7, 8, 9, 500]) {
    expect(crc32c(crc32c(5, bytes.subarray(0, cut)), bytes.subarray(cut))).toBe(crc32c(5, bytes));
  }
  expect(crc32cOfNumber(9, 0x01020304)).toBe(crc32c(9, Buffer.from([4, 3, 2, 1])));
});
