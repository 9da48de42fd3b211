import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DiskLayout, VolumeGroup } from '@kiln/engine/block-device/disk-layout.ts';
import { segmentsOfVolume } from '@kiln/engine/block-device/layout/plan-volume-group.ts';
import { renderLvmMetadata } from '@kiln/engine/block-device/writing/render-lvm-metadata.ts';
import { writeDisk } from '@kiln/engine/block-device/writing/write-disk.ts';
import { createRunner } from '@kiln/engine/sandbox/command-runner.ts';
import { checkFilesystem } from '@kiln/testkit/disk/check-filesystem.ts';
import { openDisk } from '@kiln/testkit/disk/open-disk.ts';
import type { DiskRig } from './disk-rig.ts';
import { layOut, missingTools, openDiskRig } from './disk-rig.ts';
import { lvmConfiguration } from './lvm-configuration.ts';

const epochSeconds = 1_600_000_000;
const tools = ['unshare', 'mkfs.erofs', 'mke2fs', 'e2fsck', 'losetup', 'lvm', 'pvck', 'thin_restore'];
const missing = process.env['CI'] === undefined ? missingTools(tools) : [];
const suffix = missing.length === 0 ? '' : ` (the host lacks ${missing.join(', ')})`;

/** LVM's tools, which see the physical volumes on loop devices and no other device, and ask no device-mapper. */
const lvmScript = `
disk=$1 pv1=$2 size1=$3 pv2=$4 size2=$5; shift 5
first=$(losetup --find --show --read-only --offset "$pv1" --sizelimit "$size1" "$disk")
second=$(losetup --find --show --read-only --offset "$pv2" --sizelimit "$size2" "$disk")
export LVM_SUPPRESS_FD_WARNINGS=1
config="devices { filter = [ \\"a|^$first\\$|\\", \\"a|^$second\\$|\\", \\"r|.*|\\" ] use_devicesfile = 0 } backup { backup = 0 archive = 0 }"
quietly="--driverloaded n --nolocking"
status=0
eval "$1" || status=$?
losetup --detach "$first"
losetup --detach "$second"
exit $status
`;

describe.skipIf(missing.length > 0)(`a disk with LVM${suffix}`, () => {
  let rig: DiskRig;
  let layout: DiskLayout;
  let disk: string;
  let group: VolumeGroup;
  beforeAll(async () => {
    rig = await openDiskRig();
    layout = await layOut(rig, lvmConfiguration, { sizeBytes: 320 * 2 ** 20 });
    disk = await write('lvm');
    const [only] = layout.volumeGroups ?? [];
    if (only === undefined) throw new Error('the layout has no volume group');
    group = only;
  });
  afterAll(() => rig.close());

  async function write(name: string): Promise<string> {
    const diskFile = `/run/kiln/${name}`;
    await writeDisk({ layout, treeDirectory: rig.treeDirectory, diskFile, epochSeconds, run: rig.run });
    return diskFile;
  }

  async function withLvm(command: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
    const places = group.physicalVolumes.flatMap(({ offsetBytes, sizeBytes }) => [
      String(offsetBytes),
      String(sizeBytes),
    ]);
    return rig.run(['sh', '-euc', lvmScript, 'sh', disk, ...places, command]);
  }

  test('has the same bytes twice', async () => {
    await rig.run(['cmp', disk, await write('again')]);
  });

  test('pvck finds labels and metadata without a fault', async () => {
    for (const device of ['first', 'second']) {
      const headers = await withLvm(`pvck --dump headers --config "$config" "$${device}"`);
      expect(headers.stdout).toContain(`vgname vg seqno 1`);
      expect(headers.stderr).toBe('');
      const dumped = await withLvm(
        `rm -f /run/kiln/backup; pvck --dump metadata --file /run/kiln/backup --config "$config" "$${device}"`,
      );
      expect(dumped.stderr).toBe('');
      const text = await rig.output('cat', '/run/kiln/backup');
      expect(text.trim()).toBe(renderLvmMetadata(group, { epochSeconds }).trim());
    }
  });

  test('pvs, vgs and lvs list what was planned', async () => {
    const columns = 'lv_name,lv_uuid,lv_size,seg_type,pool_lv,thin_id,transaction_id,chunk_size';
    const listed = await withLvm(
      `lvm lvs $quietly --config "$config" -a --noheadings --units b --nosuffix --separator , -o ${columns}`,
    );
    const rows = [...new Set(listed.stdout.split('\n').map((line) => line.trim()))].filter(
      (row) => row !== '',
    );
    const row = (name: string, rest: string) => {
      const volume = group.logicalVolumes.find((it) => it.name === name.replace(/[[\]]/g, ''));
      return `${name},${volume?.id},${(volume?.extents ?? 0) * group.extentBytes},${rest}`;
    };
    expect(rows.toSorted()).toEqual(
      [
        row('lv_root', 'linear,,,,0'),
        row('lv_boot', 'linear,,,,0'),
        row('lv_swap', 'linear,,,,0'),
        row('lv_rest', 'linear,,,,0'),
        row('pool', 'thin-pool,,,2,65536'),
        row('[pool_tdata]', 'linear,,,,0'),
        row('[pool_tmeta]', 'linear,,,,0'),
        row('lv_var', 'thin,pool,1,0,0'),
        row('lv_home', 'thin,pool,2,1,0'),
      ].toSorted(),
    );
    const groups = await withLvm(
      'lvm vgs $quietly --config "$config" --noheadings --separator , -o vg_name,vg_uuid,pv_count,vg_missing_pv_count,vg_extent_count',
    );
    const extents = group.physicalVolumes.reduce((sum, volume) => sum + volume.extents, 0);
    expect(groups.stdout.trim()).toBe(`vg,${group.id},2,0,${extents}`);
    const physical = await withLvm(
      'lvm pvs $quietly --config "$config" --noheadings --separator , -o pv_uuid,vg_name,pv_pe_count,pe_start --units b --nosuffix',
    );
    // Listed by the numbers of the loop devices, which may be any.
    expect(
      physical.stdout
        .split('\n')
        .flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
        .toSorted(),
    ).toEqual(
      group.physicalVolumes
        .map((volume) => `${volume.id},vg,${volume.extents},${volume.dataStartBytes}`)
        .toSorted(),
    );
  });

  test('vgck finds the group consistent, vgcfgrestore would restore its text', async () => {
    await withLvm('lvm vgck $quietly --config "$config" vg');
    const restored = await withLvm(
      'rm -f /run/kiln/backup; pvck --dump metadata --file /run/kiln/backup --config "$config" "$first"; lvm vgcfgrestore --test --force --driverloaded n --config "$config" --file /run/kiln/backup vg',
    );
    expect(`${restored.stdout}${restored.stderr}`).toContain('Restored volume group vg');
  });

  test('thin_check finds the pool consistent', async () => {
    const pool = group.logicalVolumes.find(({ name }) => name === 'pool_tmeta');
    const [segment] = pool === undefined ? [] : segmentsOfVolume(group, pool);
    const place = [
      `skip=${segment?.offsetBytes}`,
      `count=${segment?.sizeBytes}`,
      'iflag=skip_bytes,count_bytes',
    ];
    await rig.run(['dd', `if=${disk}`, 'of=/run/kiln/tmeta', ...place, 'status=none']);
    await rig.run(['thin_check', '/run/kiln/tmeta']);
  });

  test('the kernel mounts a volume by its offset', async () => {
    const boot = layout.filesystems.find(({ mountPoint }) => mountPoint === '/boot');
    const script =
      'mkdir /run/kiln/boot; mount -o ro,loop,offset="$2",sizelimit="$3" "$1" /run/kiln/boot; ls /run/kiln/boot; umount /run/kiln/boot';
    const place = [String(boot?.offsetBytes), String(boot?.sizeBytes)];
    expect(await rig.output('sh', '-euc', script, 'sh', disk, ...place)).toContain('vmlinuz');
  });

  test('the tree is found in its volumes, the root in two pieces, others in a thin pool', async () => {
    const run = createRunner([]);
    const opened = await openDisk({ file: join(rig.directory, 'lvm'), run });
    try {
      expect(opened.unreadable).toEqual(['swap holds no files that can be read']);
      expect(opened.root?.volume).toEqual({ group: 'vg', name: 'lv_root' });
      expect(
        opened.filesystems.map(({ volume, type, label }) => [volume?.name, type, label]).toSorted(),
      ).toEqual([
        ['lv_boot', 'ext2', 'boot'],
        ['lv_home', 'ext4', 'home'],
        ['lv_root', 'ext4', 'cloudimg-rootfs'],
        ['lv_swap', 'swap', 'swap'],
        ['lv_var', 'ext4', 'var'],
      ]);
      expect(await opened.tree.readText('/etc/one')).toBe('hello\n');
      for (const filesystem of opened.filesystems.filter(({ type }) => type !== 'swap')) {
        expect(await checkFilesystem(opened.image, filesystem, run)).toEqual({ state: 'clean' });
      }
    } finally {
      await opened.close();
    }
  });

  test('is a sparse file', async () => {
    const [blocks] = (await rig.output('stat', '--format=%b', disk)).split('\n');
    expect(Number(blocks) * 512).toBeLessThan(16 * 2 ** 20);
  });

  test('a pool that is too small for its volumes is told', async () => {
    const pools = group.logicalVolumes.map((volume) =>
      volume.name === 'pool_tdata' || volume.name === 'pool' ? { ...volume, extents: 0, pieces: [] } : volume,
    );
    const volumeGroups = [{ ...group, logicalVolumes: pools }];
    const diskFile = '/run/kiln/full';
    const writing = { layout: { ...layout, volumeGroups }, treeDirectory: rig.treeDirectory, diskFile };
    await expect(writeDisk({ ...writing, epochSeconds, run: rig.run })).rejects.toThrow(
      "thin pool 'pool' (0 bytes) has no room for 'lv_var'",
    );
  });
});
