import { join } from 'node:path';
import { createRunner } from '@kiln/engine/sandbox/command-runner.ts';
import { openDisk, type OpenDisk } from '@kiln/testkit/disk/open-disk.ts';
import type { RigBuild } from '@kiln/testkit/rig/run-rig-build.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

const mebibyte = 2 ** 20;

/** A root and a /srv on volumes, in the forms that diskimage-builder takes: nested where that is short, by names elsewhere. */
const volumes = `- local_loop:
    name: image0
- partitioning:
    base: image0
    label: gpt
    partitions:
      - {name: BSP, type: EF02, size: 1MiB}
      - {name: data, type: 8E00, size: 100%}
- lvm:
    name: lvm
    base: [data]
    pvs:
      - {name: pv, base: data}
    vgs:
      - {name: vg-00, base: [pv]}
    lvs:
      - {name: lv_root, base: vg-00, extents: 60%VG}
      - {name: lv_srv, base: vg-00, extents: 100%FREE}
- mkfs:
    name: mkfs_root
    base: lv_root
    mount:
      mount_point: /
      fstab: {options: noatime, fsck-passno: 1}
- mkfs:
    base: lv_srv
    type: ext4
    label: srv
    mount:
      mount_point: /srv
      fstab: {options: defaults}
`;

async function withDisk(build: RigBuild, body: (disk: OpenDisk) => Promise<void>): Promise<void> {
  const file = build.artifacts.find(({ format }) => format === 'raw')?.file ?? '';
  const disk = await openDisk({ file, run: createRunner([]) });
  try {
    await body(disk);
  } finally {
    await disk.close();
  }
}

scenario('a layout with LVM, from a file that DIB_BLOCK_DEVICE_CONFIG names', async (rig) => {
  await rig.element('data', {
    'install.d/10-data': 'mkdir -p /srv && echo content >/srv/file',
    'finalise.d/10-look': `eval declare -A devices=\\( $IMAGE_BLOCK_DEVICES \\)
LC_ALL=C
superblock=$(head -c 1147 "\${devices[lv_srv]}")
echo "\${devices[lv_root]} \${superblock: -3}" >/etc/seen\n`,
  });
  await rig.write('disk.yaml', volumes);
  await rig.image('box', ['data'], 'formats: [raw]\nroot-label: top');
  const environment = { DIB_BLOCK_DEVICE_CONFIG: `file://${join(rig.root, 'disk.yaml')}` };
  const build = done(await rig.build('box', { environment }));
  await withDisk(build, async (disk) => {
    expect(disk.root).toMatchObject({
      label: 'top',
      type: 'ext4',
      volume: { group: 'vg-00', name: 'lv_root' },
    });
    expect(await disk.tree.readText('/etc/fstab')).toBe(
      'LABEL=top / ext4 noatime 0 1\nLABEL=srv /srv ext4 defaults 0 2\n',
    );
    expect(await disk.tree.readText('/srv/file')).toBe('content\n');
    expect(await disk.tree.readText('/etc/seen')).toBe('/dev/mapper/vg--00-lv_root srv\n');
    // The root has its share of a disk whose size follows from the tree.
    const [root, srv] = ['lv_root', 'lv_srv'].map(
      (name) => disk.filesystems.find(({ volume }) => volume?.name === name)?.sizeBytes ?? 0,
    );
    expect((root ?? 0) / ((root ?? 0) + (srv ?? 0))).toBeCloseTo(0.6, 1);
  });
});

scenario(
  'sizes: an extra one, an exact one, the journal, options of mkfs; a change makes another disk',
  async (rig) => {
    const size = async (extra: string): Promise<number> => {
      await rig.image('box', [], `formats: [raw]\n${extra}`);
      let bytes = 0;
      await withDisk(done(await rig.build('box')), async (disk) => {
        bytes = disk.sizeBytes;
      });
      return bytes;
    };
    const least = await size('extra-size: 100MiB');
    expect(await size('extra-size: 150MiB')).toBe(least + 50 * mebibyte);
    expect(await size('extra-size: 100MiB\njournal-size: 74MiB')).toBe(least + 10 * mebibyte);
    expect(await size('size: 200MiB\nextra-size: 100MiB')).toBe(200 * mebibyte);
    await rig.image(
      'box',
      [],
      'formats: [raw]\nsize: 200MiB\nmkfs-options: [-m, "0", -L, over]\nmax-online-resize: 1TiB',
    );
    await withDisk(done(await rig.build('box')), async (disk) => {
      expect(disk.root?.label).toBe('cloudimg-rootfs');
    });
  },
);

scenario(
  'whatever is wrong with a layout is told at once, with its line, before anything is built',
  async (rig) => {
    await rig.image('box', [], 'formats: [raw]');
    const text = volumes
      .replace('label: gpt', 'label: gtp')
      .replace('60%VG', '60%GV')
      .replace('base: lv_srv', 'base: lv_srw')
      .replace('label: srv', 'label: a-label-of-seventeen');
    const build = await rig.build('box', { environment: { DIB_BLOCK_DEVICE_CONFIG: text } });
    expect(build.ended).not.toBe('done');
    expect(
      build.failures.map((failure) => [failure.code, failure.place?.file, failure.place?.line]).toSorted(),
    ).toEqual(
      [5, 17, 26, 28].map((line) => ['block-device-invalid', 'DIB_BLOCK_DEVICE_CONFIG', line]).toSorted(),
    );
  },
);
