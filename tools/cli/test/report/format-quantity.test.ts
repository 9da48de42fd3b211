import { expect, test } from 'vitest';
import { formatBytes, formatClock, formatSeconds } from '../../src/report/format-quantity.ts';

test('seconds lose their decimal from a hundred on', () => {
  expect([0, 40, 12_340, 99_940, 99_960, 135_400].map(formatSeconds)).toEqual([
    '0.0 s',
    '0.0 s',
    '12.3 s',
    '99.9 s',
    '100 s',
    '135 s',
  ]);
});

test('clocks', () => {
  expect([-5, 7_900, 65_000, 3_723_000].map(formatClock)).toEqual(['0:00', '0:07', '1:05', '1:02:03']);
});

test('sizes have at most three digits', () => {
  expect([0, 999, 1000, 9_940, 9_960, 999_400, 999_600, 1_300_000_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '10 kB',
    '999 kB',
    '1.0 MB',
    '1.3 GB',
  ]);
});
