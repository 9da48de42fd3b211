import { expect, test } from 'vitest';
import { encodeSwapHeader } from '../../../src/block-device/writing/encode-swap.ts';

test('the first page names version, size, UUID and label', () => {
  const uuid = '01020304-0506-4708-890a-0b0c0d0e0f10';
  const page = encodeSwapHeader({ sizeBytes: 16 * 2 ** 20, uuid, label: 'swap' });
  expect(page.length).toBe(4096);
  expect(page.toString('latin1', 4086)).toBe('SWAPSPACE2');
  expect(page.readUInt32LE(1024)).toBe(1);
  expect(page.readUInt32LE(1028)).toBe(4095);
  expect(page.toString('hex', 1036, 1052)).toBe(uuid.replaceAll('-', ''));
  expect(page.toString('latin1', 1052, 1057)).toBe('swap\0');
});
