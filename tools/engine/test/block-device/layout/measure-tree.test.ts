import { expect, test } from 'vitest';
import { measureTree } from '../../../src/block-device/layout/measure-tree.ts';
import type { Runner } from '../../../src/util/runner.ts';

function printing(lines: readonly string[]): Runner {
  const stdout = lines.map((line) => `${line}\0`).join('');
  return () => Promise.resolve({ ok: true, exitCode: 0, status: '', stdout, stderr: '', durationMs: 0 });
}

test('whole blocks, hard links once, short links for nothing, shares by mount point', async () => {
  const run = printing([
    'd 99 1 4 1:1 .',
    'f 1 8 1 1:2 ./one byte',
    'f 4097 24 2 1:3 ./a',
    'f 4097 24 2 1:3 ./b',
    'l 59 0 1 1:4 ./short',
    'l 60 0 1 1:5 ./long',
    'c 0 0 1 1:6 ./null',
    'd 99 1 2 1:7 ./boot',
    'd 99 1 2 1:8 ./boot/efi',
    'f 8192 16 1 1:9 ./boot/efi/x',
    'f 100 8 1 1:10 ./boot/vmlinuz',
    'f 1073741824 8 1 1:11 ./lastlog',
  ]);
  const measure = await measureTree(run, '/tree', ['/boot', '/boot/efi']);
  expect(measure.subtrees.get('/boot/efi')).toEqual({ bytes: 8192, inodes: 1 });
  expect(measure.subtrees.get('/boot')).toEqual({ bytes: 8192, inodes: 2 });
  expect(measure.inodes).toBe(11);
  // ., one byte, a, long, boot, efi, x, vmlinuz, lastlog
  expect(measure.bytes).toBe(4096 + 4096 + 8192 + 4096 + 4096 + 4096 + 8192 + 4096 + 4096);
});

test('directories with many names take more blocks', async () => {
  const files = Array.from(
    { length: 300 },
    (_, index) => `f 0 0 1 1:${index} ./${String(index).padStart(100, 'x')}`,
  );
  const measure = await measureTree(printing(['d 9 1 2 1:0 .', ...files]), '/tree', []);
  expect(measure.bytes).toBe(8 * 4096);
});
