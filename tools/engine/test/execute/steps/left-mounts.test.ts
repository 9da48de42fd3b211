import { expect, test } from 'vitest';
import { describeMount, findLeftMounts } from '../../../src/execute/steps/left-mounts.ts';

/** A mount table as a step has it, with more lines at its end. */
function table(...lines: readonly string[]): string {
  return [
    '1 0 8:1 / / rw - ext4 /dev/sda1 rw',
    '2 1 0:5 / /dev rw,nosuid - devtmpfs udev rw,size=1k',
    '3 1 8:1 /store/v1/work/a1 /run/kiln rw - ext4 /dev/sda1 rw',
    '4 3 8:1 /store/v1/caches/image-create /run/kiln/image-cache rw - ext4 /dev/sda1 rw',
    '5 3 0:40 / /run/kiln/mnt rw - overlay overlay rw,lowerdir=/x',
    '6 5 0:41 / /run/kiln/mnt/proc rw - proc proc rw',
    '7 5 0:43 / /run/kiln/mnt/dev rw - tmpfs tmpfs rw,mode=755',
    '8 5 8:1 /store/v1/work/a1/caches/apt /run/kiln/mnt/var/cache/apt/archives rw - ext4 /dev/sda1 rw',
    ...lines,
    '',
  ].join('\n');
}

const caches = [
  { path: '/var/cache/apt/archives', name: 'apt', kind: 'files', place: 'target root' },
] as const;

test('mounts of the framework are none that hooks left', () => {
  expect(findLeftMounts(table(), caches)).toEqual({ kept: [], lost: [] });
});

test.each([
  [
    'a folder of the image cache',
    '9 5 8:1 /store/v1/caches/image-create/yum\\040x /run/kiln/mnt/tmp/yum rw - ext4 /dev/sda1 rw',
    '/tmp/yum: bind /run/kiln/image-cache/yum x  rw',
  ],
  [
    'a folder of the tree itself',
    '9 5 0:40 /usr/share /run/kiln/mnt/share rw - overlay overlay rw',
    '/share: bind /run/kiln/mnt/usr/share  rw',
  ],
  [
    'a folder of the host, read-only',
    '9 5 8:1 /etc/keys /run/kiln/mnt/keys ro,noatime - ext4 /dev/sda1 rw',
    '/keys: bind /etc/keys  ro',
  ],
  [
    'what the host mounts',
    '9 5 0:5 / /run/kiln/mnt/devices rw - devtmpfs udev rw',
    '/devices: bind /dev  rw',
  ],
  [
    'an empty file system in memory',
    '9 5 0:50 / /run/kiln/mnt/m rw - tmpfs none rw,size=64k,mode=700,inode64',
    '/m: tmpfs size=64k,mode=700 rw',
  ],
])('%s is kept', (_what, line, expected) => {
  const { kept, lost } = findLeftMounts(table(line), caches);
  expect(kept.map((mount) => `${mount.path}: ${describeMount(mount)}`)).toEqual([expected]);
  expect(lost).toEqual([]);
});

test.each([
  ['a loop device', '9 5 7:3 / /run/kiln/mnt/iso ro - iso9660 /dev/loop3 ro'],
  [
    'a folder that only this step has',
    '9 5 8:1 /store/v1/work/a1/extra /run/kiln/mnt/x rw - ext4 /dev/sda1 rw',
  ],
])('%s is lost', (_what, line) => {
  expect(findLeftMounts(table(line), caches)).toMatchObject({
    kept: [],
    lost: [expect.stringMatching(/^\//)],
  });
});
