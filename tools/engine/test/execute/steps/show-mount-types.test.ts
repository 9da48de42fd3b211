import { expect, it } from 'vitest';
import { mountTableOf, readsMountTable } from '../../../src/execute/steps/show-mount-types.ts';

const filesystem = {
  type: 'ext4',
  label: 'top',
  uuid: '',
  mountPoint: '/',
  offsetBytes: 0,
  sizeBytes: 1,
} as never;

const device = { name: 'lv', path: 'mapper/vg-lv', offsetBytes: 0, sizeBytes: 1, filesystem };

it.each([
  ['awk \'$2 == "/"\' /proc/mounts', true],
  ['# filesystems are mounted there\n# mount it\ngrep -q ext4 /proc/mounts', true],
  ['cat /proc/self/mounts', false],
  ['mount -t tmpfs none /x\ngrep /x /proc/mounts', false],
  ['if true; then umount /x; fi; cat /proc/mounts', false],
  ['root=$(mount | head -n 1); cat /proc/mounts', false],
])('whether a hook reads the mount table: %j', (script, expected) => {
  expect(readsMountTable(script)).toBe(expected);
});

it('a mount table shows what is below its root, and the types of the disk', () => {
  const mounts = [
    '/dev/vda / ext4 rw 0 0',
    '/dev/mapper/vg-lv /run/kiln/mnt overlay rw,lowerdir=/run/kiln/mnt.layer0 0 0',
    'proc /run/kiln/mnt/proc proc rw,nosuid 0 0',
    'other /run/kiln/mnt/srv overlay rw 0 0',
    'none /run/kiln/mnt.layer0 erofs ro 0 0',
    '',
  ].join('\n');
  expect(mountTableOf(mounts, '/run/kiln/mnt', [device])).toBe(
    [
      '/dev/mapper/vg-lv / ext4 rw,relatime 0 0',
      'proc /proc proc rw,nosuid 0 0',
      'other /srv overlay rw 0 0',
      '',
    ].join('\n'),
  );
  expect(mountTableOf(mounts, '', [device])).toContain(
    '/dev/vda / ext4 rw 0 0\n/dev/mapper/vg-lv /run/kiln/mnt ext4 rw,relatime 0 0\n',
  );
});
