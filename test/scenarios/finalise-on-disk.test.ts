import { readFile } from 'node:fs/promises';
import { listTar, hooksRun, readFromTar, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import type { RigBuild } from '@kiln/testkit/rig/run-rig-build.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

const partitioned = `
block-device:
  - local_loop: { name: image0 }
  - partitioning:
      base: image0
      label: mbr
      partitions:
        - { name: raw, flags: [primary], type: '0x41', size: 1MiB }
        - name: boot
          flags: [boot, primary]
          size: 20MiB
          mkfs: { type: ext4, mount: { mount_point: /boot, fstab: { options: defaults } } }
        - name: root
          flags: [primary]
          size: 100%
          mkfs: { type: ext4, label: top, mount: { mount_point: /, fstab: { options: defaults } } }
`;

/** Builds an element with a disk of a raw partition, /boot and the root filesystem, as an archive and as a disk. */
async function buildDisk(rig: Rig, files: Readonly<Record<string, string>>): Promise<RigBuild> {
  await rig.element('web', files);
  await rig.image('box', ['web'], `formats: [tar, raw]\n${partitioned}`);
  return done(await rig.build('box'));
}

const fileOf = (build: RigBuild, format: string): string =>
  build.artifacts.find((artifact) => artifact.format === format)?.file ?? '';

const mebibyte = 2 ** 20;

scenario('hooks find a disk with its partitions, and a tree that comes from them', async (rig) => {
  const look = (where: string): string =>
    `{ echo "$IMAGE_BLOCK_DEVICE"; echo "$IMAGE_BLOCK_DEVICES"
eval declare -A devices=\\( $IMAGE_BLOCK_DEVICES \\)
for device in "\${devices[@]}"; do [ -b "$device" ] && echo block || echo no block; done
} >${where}\n`;
  const build = await buildDisk(rig, {
    'pre-finalise.d/10-look': `${look('"$TMP_MOUNT_PATH/host"')}
for point in / /boot; do
source=$(findmnt --noheadings --output SOURCE "$TMP_MOUNT_PATH$point")
echo "$point $(blkid -o value -s LABEL "$source")"
done >"$TMP_MOUNT_PATH/sources"\n`,
    'finalise.d/10-look': [
      look('/chroot'),
      `while read -r _ _ _ _ point _ rest; do
case $point in / | /boot) echo "$point \${rest#*- }" ;; esac
done </proc/self/mountinfo >/mounts
head -c 2 /dev/disk/by-label/top >/dev/null && echo labelled >/label
`,
    ].join(''),
    // Without the variable a hook is not shown a disk; with it, all hooks of the step are.
    'install.d/10-none': 'echo "${IMAGE_BLOCK_DEVICE:-none}" >/early\n',
  });
  const read = async (path: string) => (await readFromTar(fileOf(build, 'tar'), path))?.split('\n') ?? [];
  expect(await read('chroot')).toEqual([
    '/dev/loop0',
    ' [boot]=/dev/mapper/loop0p2 [image0]=/dev/loop0 [raw]=/dev/mapper/loop0p1 [root]=/dev/mapper/loop0p3',
    'block',
    'block',
    'block',
    'block',
  ]);
  expect((await read('host'))[0]).toBe('/run/kiln/dev/loop0');
  expect((await read('host')).slice(2)).toEqual(['block', 'block', 'block', 'block']);
  const mounts = await read('mounts');
  expect(mounts.find((line) => line.startsWith('/ '))).toContain(' /dev/mapper/loop0p3 ');
  expect(mounts.find((line) => line.startsWith('/boot '))).toContain(' /dev/mapper/loop0p2 ');
  expect(await read('label')).toEqual(['labelled']);
  expect(await read('sources')).toEqual(['/ top', '/boot mkfs_boot']);
  expect(await read('early')).toEqual(['none']);
  const paths = await listTar(fileOf(build, 'tar'));
  expect(paths.filter((path) => path.startsWith('dev/'))).toEqual([]);
});

scenario('the mount table that a hook reads as a file has the types of the disk', async (rig) => {
  const list = (file: string) =>
    `while read -r source point type _; do echo "$point $source $type"; done </proc/mounts >${file}\n`;
  const build = await buildDisk(rig, {
    'pre-finalise.d/10-read': `: "$IMAGE_BLOCK_DEVICE"\n${list('"$TMP_MOUNT_PATH/outside"')}`,
    'finalise.d/10-read': list('/inside'),
    'finalise.d/20-mounts': `mount -t tmpfs none /srv\n${list('/mounted')}`,
    'install.d/10-folder': 'mkdir /srv\n',
  });
  const read = async (path: string) => (await readFromTar(fileOf(build, 'tar'), path))?.split('\n') ?? [];
  const inside = await read('inside');
  expect(inside).toContain('/ /dev/mapper/loop0p3 ext4');
  expect(inside).toContain('/boot /dev/mapper/loop0p2 ext4');
  expect(inside.some((line) => /^\/proc \S+ proc$/.test(line))).toBe(true);
  expect(await read('outside')).toContain('/run/kiln/mnt /dev/mapper/loop0p3 ext4');
  // What it mounts itself is more to a hook than a type.
  expect(await read('mounted')).toContain('/srv none tmpfs');
});

scenario('identifiers that a hook reads from the devices are those of the finished disk', async (rig) => {
  const build = await buildDisk(rig, {
    'pre-finalise.d/10-look': `for part in 2 3; do
blkid -o value -s UUID "\${IMAGE_BLOCK_DEVICE%/*}/mapper/loop0p$part"; done >"$TMP_MOUNT_PATH/uuids"\n`,
    'finalise.d/90-grow': 'head -c 3000000 /dev/urandom >/grown\n',
  });
  const uuids = (await readFromTar(fileOf(build, 'tar'), 'uuids'))?.split('\n') ?? [];
  const disk = await readFile(fileOf(build, 'raw'));
  const entry = (number: number): number => disk.readUInt32LE(446 + 16 * (number - 1) + 8) * 512;
  const uuidAt = (offset: number): string =>
    disk.subarray(offset + 1024 + 104, offset + 1024 + 120).toString('hex');
  expect(uuids.map((uuid) => uuid.replaceAll('-', ''))).toEqual([uuidAt(entry(2)), uuidAt(entry(3))]);
});

scenario('what a hook writes outside of filesystems is on the disk; inside of one it is not', async (rig) => {
  const build = await buildDisk(rig, {
    'cleanup.d/10-write': `put() { printf '%s' "$1" | dd of="$2" bs=1 seek="$3" conv=notrunc status=none; }
put BOOT "$IMAGE_BLOCK_DEVICE" 0
put GAP "$IMAGE_BLOCK_DEVICE" 4096
put RAW "\${IMAGE_BLOCK_DEVICE%/*}/mapper/loop0p1" 100
put TABLE "$IMAGE_BLOCK_DEVICE" 446
put "a word of no use" "\${IMAGE_BLOCK_DEVICE%/*}/mapper/loop0p3" 20000000\n`,
  });
  const disk = await readFile(fileOf(build, 'raw'));
  const text = (offset: number, length: number): string => disk.subarray(offset, offset + length).toString();
  expect(text(0, 4)).toBe('BOOT');
  expect(text(4096, 3)).toBe('GAP');
  expect(text(mebibyte + 100, 3)).toBe('RAW');
  expect(text(446, 5)).not.toBe('TABLE');
  expect(disk.includes('a word of no use')).toBe(false);
  expect(disk.readUInt16LE(510)).toBe(0xaa55);
});

scenario('what hooks change below a mount point is in the tree: made, replaced, removed', async (rig) => {
  const files = {
    'install.d/10-boot': `mkdir -p /boot/old/in /boot/kept /boot/swapped
echo old >/boot/old/file; echo old >/boot/old/in/file; echo kept >/boot/kept/file; echo old >/boot/gone
echo old >/boot/swapped/file; echo first >/boot/turned\n`,
    'finalise.d/10-boot': `: "$IMAGE_BLOCK_DEVICE"
rm /boot/gone; rm -r /boot/old; mkdir /boot/old; echo new >/boot/old/new
rm -r /boot/swapped; echo file >/boot/swapped; rm /boot/turned; mkdir /boot/turned; echo in >/boot/turned/in
echo one >/boot/one; ln /boot/one /boot/two; ln -s one /boot/link; chmod 700 /boot\n`,
    'finalise.d/20-more': 'cat /boot/one >>/boot/kept/file\n',
  };
  const build = await buildDisk(rig, files);
  const archive = fileOf(build, 'tar');
  const paths = (await listTar(archive)).filter((path) => path.startsWith('boot/')).toSorted();
  expect(paths).toEqual(
    ['kept', 'kept/file', 'link', 'old', 'old/new', 'one', 'swapped', 'turned', 'turned/in', 'two'].map(
      (path) => `boot/${path}`,
    ),
  );
  expect(await readFromTar(archive, 'boot/swapped')).toBe('file');
  expect(await readFromTar(archive, 'boot/kept/file')).toBe('kept\none');
  // With a checkpoint in between the tree is the same.
  await rig.element('web', { ...files, 'cleanup.d/10-fail': 'exit 1\n' });
  expect((await rig.build('box', { checkpoints: 'after-every-hook' })).ended).toBe('failed');
  await rig.element('web', { ...files, 'cleanup.d/10-fail': 'exit 0\n' });
  const resumed = done(await rig.build('box', { checkpoints: 'after-every-hook' }));
  expect(hooksRun(resumed)).toEqual(['cleanup.d/10-fail']);
  const digest = (from: RigBuild, format: string) =>
    from.artifacts.find((artifact) => artifact.format === format)?.digest;
  expect(digest(resumed, 'tar')).toBe(digest(build, 'tar'));
  expect(digest(resumed, 'raw')).toBe(digest(build, 'raw'));
});

scenario('host hooks ask dib-block-device about the disk', async (rig) => {
  const ask = (file: string): string =>
    `for symbol in root-label root-fstype boot-label mount-points image-block-device image-block-partition image-path nonsense; do
echo "$symbol: $(dib-block-device getval "$symbol" 2>/dev/null) $?"
done >"$TMP_MOUNT_PATH/${file}"\n`;
  const build = await buildDisk(rig, {
    'extra-data.d/10-ask': `${ask('early')}cp "$DIB_BLOCK_DEVICE_PARAMS_YAML" "$TMP_MOUNT_PATH/parameters"\n`,
    'pre-finalise.d/10-ask': ask('late'),
  });
  const read = async (path: string) => (await readFromTar(fileOf(build, 'tar'), path))?.trim().split('\n');
  const known = [
    'root-label: top 0',
    'root-fstype: ext4 0',
    'boot-label: mkfs_boot 0',
    'mount-points: /|/boot 0',
  ];
  const none = (symbol: string) => `${symbol}:  1`;
  expect(await read('early')).toEqual([
    ...known,
    ...['image-block-device', 'image-block-partition', 'image-path'].map(none),
    'nonsense:  0',
  ]);
  expect(await read('late')).toEqual([
    ...known,
    'image-block-device: /run/kiln/dev/loop0 0',
    'image-block-partition: /run/kiln/dev/mapper/loop0p3 0',
    none('image-path'),
    'nonsense:  0',
  ]);
  expect(await read('parameters')).toEqual([
    'image-dir: "/run/kiln"',
    'build-dir: "/run/kiln"',
    'mount-base: "/run/kiln/mnt"',
    'root-fs-type: "ext4"',
    'root-label: "top"',
  ]);
});
