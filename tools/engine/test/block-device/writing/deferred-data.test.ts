import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  appendDeferred,
  clipDeferred,
  copyDeferred,
  type DeferredData,
  readDeferred,
} from '../../../src/block-device/writing/deferred-data.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deferred-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function piece(more: Partial<DeferredData>): DeferredData {
  return { path: '/x', identity: '9:8', fileOffsetBytes: 0, offsetBytes: 0, lengthBytes: 1, ...more };
}

test('a list comes back in the order of the disk, names of any bytes with it', () => {
  const list = join(folder, 'list');
  const odd = piece({ path: '/a b\n\xff 7', fileOffsetBytes: 4096, offsetBytes: 9000, lengthBytes: 77 });
  const early = piece({ path: '/e', offsetBytes: 10 });
  appendDeferred(list, [odd]);
  appendDeferred(list, [early]);
  expect(readDeferred(list)).toEqual([early, odd]);
});

test('data is copied to where it belongs', () => {
  const [source, disk] = [join(folder, 'bytes \xfc'), join(folder, 'disk')];
  writeFileSync(Buffer.from(source, 'latin1'), 'abcdefgh');
  writeFileSync(disk, Buffer.alloc(10, '.'));
  copyDeferred(openSync(disk, 'r+'), [
    piece({ path: source, fileOffsetBytes: 2, offsetBytes: 5, lengthBytes: 3 }),
  ]);
  expect(readFileSync(disk, 'utf8')).toBe('.....cde..');
});

test('a piece is clipped on both sides', () => {
  const whole = piece({ fileOffsetBytes: 100, offsetBytes: 1000, lengthBytes: 50 });
  expect(clipDeferred(whole, 1010, 1020)).toMatchObject({
    fileOffsetBytes: 110,
    offsetBytes: 1010,
    lengthBytes: 10,
  });
  expect(clipDeferred(whole, 0, 9999)).toEqual(whole);
});
