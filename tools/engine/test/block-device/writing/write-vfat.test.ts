import { expect, test } from 'vitest';
import { fatOptions } from '../../../src/block-device/writing/write-vfat.ts';

const mebibyte = 2 ** 20;

test.each([
  [550 * mebibyte, 512, ['-F', '32', '-s', '8']],
  [20_000 * mebibyte, 512, ['-F', '32', '-s', '32']],
  [40 * mebibyte, 512, ['-F', '16', '-s', '4']],
  [300 * mebibyte, 512, ['-F', '16', '-s', '16']],
  [4 * mebibyte, 512, ['-F', '12', '-s', '4']],
  [550 * mebibyte, 4096, ['-F', '32', '-s', '1']],
  [300 * mebibyte, 4096, ['-F', '16', '-s', '2']],
])('a partition of %d bytes with sectors of %d', (sizeBytes, sectorBytes, options) => {
  expect(fatOptions(sizeBytes, sectorBytes)).toEqual(options);
});
