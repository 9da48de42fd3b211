import { expect, test } from 'vitest';
import type { DiskLayout, Filesystem } from '../../../src/block-device/disk-layout.ts';
import { commandWith, recordingRunner } from '../recording-runner.ts';
import { nestedMountPoints, writeDisk } from '../../../src/block-device/writing/write-disk.ts';

const filesystem: Filesystem = {
  name: 'mkfs_root',
  type: 'ext4',
  label: 'root',
  uuid: '11111111-1111-4111-8111-111111111111',
  offsetBytes: 2 ** 20,
  sizeBytes: 2 ** 28,
  mountPoint: '/',
  options: ['-i', '4096', '-E', 'resize=1000'],
  fstab: undefined,
};

const layout: DiskLayout = {
  sizeBytes: 2 ** 29,
  sectorBytes: 512,
  table: undefined,
  filesystems: [
    filesystem,
    {
      ...filesystem,
      name: 'mkfs_esp',
      type: 'vfat',
      uuid: 'AB12-CD34',
      options: [],
      mountPoint: '/boot/efi',
    },
  ],
};

const writing = { layout, treeDirectory: '/tree', diskFile: '/work/disk', epochSeconds: 7 };

test('a mount point below another one belongs to that one', () => {
  const filesystems = ['/', '/boot', '/boot/efi', '/bootstrap', undefined].map((mountPoint) => ({
    ...filesystem,
    mountPoint,
  }));
  expect(nestedMountPoints({ filesystems }, { mountPoint: '/' })).toEqual(['boot', 'bootstrap']);
  expect(nestedMountPoints({ filesystems }, { mountPoint: '/boot' })).toEqual(['efi']);
  expect(nestedMountPoints({ filesystems }, { mountPoint: undefined })).toEqual([]);
});

test('mke2fs gets one -E with the place, the seed and the user’s own', async () => {
  const runner = recordingRunner();
  await writeDisk({ ...writing, run: runner.run });
  const ext = commandWith(runner.commands, 'ext4');
  expect(ext.filter((word) => word === '-E').length).toBe(1);
  expect(ext.join(' ')).toMatch(
    /-E offset=1048576,hash_seed=[0-9a-f-]{36},lazy_itable_init=0,lazy_journal_init=1,root_owner=0:0,resize=1000/,
  );
  expect(ext.join(' ')).toContain('-U 11111111-1111-4111-8111-111111111111 -L root');
  expect(ext).toContain('boot/efi');
});

test('the clock is the epoch, and nothing of the host’s environment shows', async () => {
  const runner = recordingRunner();
  await writeDisk({ ...writing, run: runner.run });
  expect(runner.environmentOf('ext4')).toMatchObject({
    E2FSPROGS_FAKE_TIME: '7',
    SOURCE_DATE_EPOCH: '7',
    TZ: 'UTC',
  });
  expect(runner.environmentOf('AB12CD34')).toMatchObject({ SOURCE_DATE_EPOCH: '7', TZ: 'UTC' });
});

test('a mount point that the tree lacks is a failure before anything is written', async () => {
  const runner = recordingRunner({ failing: 'test' });
  await expect(writeDisk({ ...writing, run: runner.run })).rejects.toThrow(
    "no directory at the mount point '/'",
  );
  expect(runner.commands.map(([file]) => file)).toEqual(['test']);
});

test('a full disk is told as such', async () => {
  const runner = recordingRunner({ failing: 'truncate', stderr: 'truncate: No space left on device' });
  await expect(writeDisk({ ...writing, run: runner.run })).rejects.toMatchObject({
    failures: [{ code: 'disk-full', path: '/work/disk', freeBytes: 3 * 4096 }],
  });
});

test('a filesystem that turns out too small is told as such', async () => {
  const stderr = 'mke2fs: Could not allocate block in ext2 filesystem while populating file system';
  const runner = recordingRunner({ failing: 'unshare', stderr });
  await expect(writeDisk({ ...writing, run: runner.run })).rejects.toMatchObject({
    failures: [{ code: 'image-size-too-small', sizeBytes: 2 ** 28 }],
  });
  expect(runner.commands.at(-1)).toEqual(['rmdir', '/work/disk.scratch']);
});

test('a cancelled build stops before the next filesystem', async () => {
  const runner = recordingRunner();
  const signal = AbortSignal.abort(new Error('cancelled'));
  await expect(writeDisk({ ...writing, run: runner.run, signal })).rejects.toThrow('cancelled');
  expect(runner.commands.some(([file]) => file === 'unshare')).toBe(false);
});
