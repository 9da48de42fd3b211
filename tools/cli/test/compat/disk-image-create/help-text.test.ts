import { expect, test } from 'vitest';
import { diskImageOptions } from '../../../src/compat/disk-image-create/disk-image-options.ts';
import { helpText } from '../../../src/compat/disk-image-create/help-text.ts';

test('help names every option, in lines of at most 100 columns', () => {
  const text = helpText('disk');
  for (const { short, long, shownFor } of diskImageOptions) {
    if (shownFor === 'ramdisk') continue;
    if (short !== undefined) expect(text).toMatch(new RegExp(`^  -${short}\\b`, 'm'));
    if (long !== undefined) expect(text).toMatch(new RegExp(`--${long}\\b`));
  }
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

test('each command shows its own options', () => {
  expect(helpText('disk')).not.toContain('--ramdisk-element');
  expect(helpText('ramdisk')).toContain('--ramdisk-element');
  expect(helpText('ramdisk')).toContain('Usage: ramdisk-image-create');
  expect(helpText('ramdisk')).not.toMatch(/^  -p /m);
});

test('every letter and name stands once', () => {
  const names = diskImageOptions.flatMap(({ short, long }) => [short, long].filter((it) => it !== undefined));
  expect(new Set(names).size).toBe(names.length);
});
