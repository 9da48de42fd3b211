import { openTree } from '@kiln/testkit';
import { memoryReader } from '@kiln/testkit/disk/memory-reader.ts';
import { expect, test } from 'vitest';
import { main } from '../../../src/compat/disk-image-get-kernel/main.ts';
import { newestKernel } from '../../../src/compat/disk-image-get-kernel/newest-kernel.ts';
import { capturedProcess } from '../captured-process.ts';
import { writtenTree } from '../written-tree.ts';

const newest = (files: Readonly<Record<string, string>>) => newestKernel(openTree(memoryReader(files)));

test('the highest version is the newest, and 10 is higher than 9', async () => {
  const files = ['6.1.0-9', '6.1.0-10', '5.10.0-99'].flatMap((version) => [
    [`/boot/vmlinuz-${version}-amd64`, 'kernel'],
    [`/boot/initrd.img-${version}-amd64`, 'ramdisk'],
  ]);
  expect(await newest(Object.fromEntries(files))).toEqual({
    kernel: '/boot/vmlinuz-6.1.0-10-amd64',
    ramdisk: '/boot/initrd.img-6.1.0-10-amd64',
  });
});

test('a kernel without a ramdisk does not count, nor one for rescue', async () => {
  expect(
    await newest({
      '/boot/vmlinuz-6.2': 'kernel',
      '/boot/vmlinuz-0-rescue-1': 'kernel',
      '/boot/initramfs-0-rescue-1.img': 'ramdisk',
      '/boot/vmlinuz-6.1': 'kernel',
      '/boot/initramfs-6.1.img': 'ramdisk',
    }),
  ).toEqual({ kernel: '/boot/vmlinuz-6.1', ramdisk: '/boot/initramfs-6.1.img' });
  expect(await newest({ '/boot/grub/grub.cfg': '' })).toBeUndefined();
});

test.each<[string, readonly string[], string]>([
  ['no image', [], 'name an image with -i'],
  ['two images', ['-i', 'a', 'b'], 'name one image only'],
  [
    'a folder that is not there',
    ['-i', 'text', '-d', '/no/such/folder'],
    "'/no/such/folder' is not a directory",
  ],
  ['an image that is not there', ['none'], 'cannot read the image'],
  ['a file that is no disk', ['text'], 'it has no root filesystem'],
])('wrong use: %s', async (_what, argv, said) => {
  const io = capturedProcess({ cwd: writtenTree({ text: 'not a disk\n'.repeat(200) }) });
  expect(await main(argv, 'disk-image-get-kernel', io)).toBe(1);
  expect(io.err()).toContain('is deprecated');
  expect(io.err()).toContain(said);
  expect(io.out()).toBe('');
});
