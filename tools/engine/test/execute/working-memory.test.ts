import { expect, test } from 'vitest';
import { chooseMemory, keepsAttributes, workingMemoryOf } from '../../src/execute/working-memory.ts';

const gibibyte = 2 ** 30;
const machine = (totalGibibytes: number, availableGibibytes: number): string =>
  `MemTotal:       ${totalGibibytes * 2 ** 20} kB\nMemFree:        1 kB\nMemAvailable:   ${availableGibibytes * 2 ** 20} kB\n`;

test.each([
  [{}, { leastBytes: 2 * gibibyte, mostBytes: Infinity }],
  [{ DIB_MIN_TMPFS: '5' }, { leastBytes: 5 * gibibyte, mostBytes: Infinity }],
  [{ DIB_MIN_TMPFS: 'much' }, { leastBytes: 2 * gibibyte, mostBytes: Infinity }],
  [{ KILN_TMPFS_LIMIT: '3GiB' }, { leastBytes: 2 * gibibyte, mostBytes: 3 * gibibyte }],
  [{ DIB_NO_TMPFS: '1' }, 'never'],
  [{ DIB_NO_TMPFS: 'false' }, 'never'],
  [{ DIB_NO_TMPFS: '0' }, { leastBytes: 2 * gibibyte, mostBytes: Infinity }],
])('%j', (environment, wanted) => {
  expect(workingMemoryOf(environment)).toEqual(wanted);
});

test.each([
  ['half of what is available', machine(16, 12), 6 * gibibyte],
  ['too small a machine', machine(3, 3), undefined],
  ['too little left of it', machine(16, 3), undefined],
  ['nothing known', '', undefined],
])('%s', (_, information, bytes) => {
  expect(chooseMemory({ leastBytes: 2 * gibibyte, mostBytes: Infinity }, information)).toBe(bytes);
});

test('no more than the limit', () => {
  expect(chooseMemory({ leastBytes: gibibyte, mostBytes: gibibyte }, machine(16, 12))).toBe(gibibyte);
});

test.each([
  ['6.1.0-39-amd64', false],
  ['6.6.1', true],
  ['7.0', true],
])('attributes of users on %s: %s', (release, keeps) => {
  expect(keepsAttributes(release)).toBe(keeps);
});
