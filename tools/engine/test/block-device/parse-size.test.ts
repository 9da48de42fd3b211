import { expect, test } from 'vitest';
import { parsePercentage, parseSize } from '../../src/block-device/parse-size.ts';

test.each([
  ['550MiB', 550 * 2 ** 20],
  ['8 GB', 8e9],
  ['1.5GiB', 1.5 * 2 ** 30],
  ['4096', 4096],
  ['2T', 2e12],
  ['MiB', 2 ** 20],
  ['7B', 7],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', ' ', '5 mib', '-1MiB', '100%', '1MiB2'])("'%s' is no size", (text) => {
  expect(parseSize(text)).toBeUndefined();
});

test('percentages lie between 0 and 100', () => {
  expect(parsePercentage('37.5 %')).toBe(37.5);
  expect(parsePercentage('100%')).toBe(100);
  expect(parsePercentage('101%')).toBeUndefined();
  expect(parsePercentage('0%')).toBeUndefined();
  expect(parsePercentage('20')).toBeUndefined();
});
