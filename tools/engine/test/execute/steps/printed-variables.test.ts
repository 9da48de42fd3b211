import { expect, test } from 'vitest';
import { printedBlockDevice } from '../../../src/execute/steps/printed-variables.ts';

test.each([
  ['IMAGE_BLOCK_DEVICE=/dev/mapper/loop0p1', '/dev/mapper/loop0p1'],
  ['export IMAGE_BLOCK_DEVICE="/dev/loop 0"', '/dev/loop 0'],
  ["  IMAGE_BLOCK_DEVICE='/dev/loop0'; true", '/dev/loop0'],
  ['IMAGE_BLOCK_DEVICE=', ''],
  ['echo $IMAGE_BLOCK_DEVICE', undefined],
  ['MY_IMAGE_BLOCK_DEVICE=/dev/loop0', undefined],
])('%s', (line, device) => expect(printedBlockDevice(line)).toBe(device));
