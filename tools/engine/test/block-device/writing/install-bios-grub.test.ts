import { expect, test } from 'vitest';
import type { DiskLayout, Partition } from '../../../src/block-device/disk-layout.ts';
import { installBiosGrub, roomForCoreImage } from '../../../src/block-device/writing/install-bios-grub.ts';
import { biosBootPartitionType } from '../../../src/block-device/configuration/partition-type.ts';
import type { Runner } from '../../../src/util/runner.ts';

const mebibyte = 2 ** 20;
const root: Partition = {
  name: 'root',
  number: 1,
  kind: 'primary',
  startBytes: mebibyte,
  sizeBytes: 8 * mebibyte,
  type: '83',
  bootable: true,
};

function layoutWith(label: 'mbr' | 'gpt', partitions: readonly Partition[]): DiskLayout {
  return {
    sizeBytes: 16 * mebibyte,
    sectorBytes: 512,
    table: { label, id: '', partitions },
    filesystems: [],
  };
}

test('mbr: the gap before the first partition', () => {
  expect(roomForCoreImage(layoutWith('mbr', [root]))).toEqual({
    offsetBytes: 512,
    sizeBytes: mebibyte - 512,
  });
});

test('gpt: the BIOS boot partition', () => {
  const boot = { ...root, type: biosBootPartitionType, startBytes: 9 * mebibyte, sizeBytes: mebibyte };
  expect(roomForCoreImage(layoutWith('gpt', [root, boot]))).toEqual({
    offsetBytes: 9 * mebibyte,
    sizeBytes: mebibyte,
  });
});

test('disks without room say why', () => {
  expect(roomForCoreImage(layoutWith('gpt', [root]))).toContain('no BIOS boot partition');
  expect(roomForCoreImage({ ...layoutWith('mbr', [root]), table: undefined })).toContain(
    'no partition table',
  );
  expect(roomForCoreImage({ ...layoutWith('gpt', [root]), sectorBytes: 4096 })).toContain('512 bytes only');
});

test('a core.img that does not fit is a failure, and nothing is written', async () => {
  const commands: string[] = [];
  const run: Runner = ([file]) => {
    commands.push(file);
    return Promise.reject(new Error('nothing may run'));
  };
  const images = { bootImage: Buffer.alloc(512), coreImage: Buffer.alloc(mebibyte) };
  await expect(
    installBiosGrub({ layout: layoutWith('mbr', [root]), diskFile: '/disk', ...images, run }),
  ).rejects.toThrow('core.img takes 1048576 bytes, and there is room for 1048064');
  expect(commands).toEqual([]);
});
