import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installBiosGrub } from '@kiln/engine/block-device/writing/install-bios-grub.ts';
import type { DiskLayout } from '@kiln/engine/block-device/disk-layout.ts';
import { gptPartitionType, knownGptCodes } from '@kiln/engine/block-device/configuration/partition-type.ts';
import { writeDisk } from '@kiln/engine/block-device/writing/write-disk.ts';
import type { DiskRig } from './disk-rig.ts';
import {
  gptConfiguration,
  layOut,
  mbrConfiguration,
  missingTools,
  mountedAt,
  openDiskRig,
} from './disk-rig.ts';
import { treeSeconds } from './disk-tree.ts';

const epochSeconds = 1_600_000_000;
const sizeBytes = 256 * 2 ** 20;
const tools = [
  'unshare',
  'mkfs.erofs',
  'mke2fs',
  'debugfs',
  'e2fsck',
  'mkfs.vfat',
  'mcopy',
  'fsck.fat',
  'sfdisk',
];
const missing = process.env['CI'] === undefined ? missingTools(tools) : [];
const suffix = missing.length === 0 ? '' : ` (the host lacks ${missing.join(', ')})`;

interface SfdiskTable {
  readonly partitiontable: {
    readonly label: string;
    readonly id: string;
    readonly sectorsize: number;
    readonly partitions: readonly Readonly<
      Record<'node' | 'type' | 'uuid', string> & Record<'start' | 'size', number>
    >[];
  };
}

describe.skipIf(missing.length > 0)(`a written disk${suffix}`, () => {
  let rig: DiskRig;
  beforeAll(async () => {
    rig = await openDiskRig();
  });
  afterAll(() => rig.close());

  async function write(layout: DiskLayout, name: string): Promise<string> {
    const diskFile = `/run/kiln/${name}`;
    await writeDisk({ layout, treeDirectory: rig.treeDirectory, diskFile, epochSeconds, run: rig.run });
    return diskFile;
  }

  /** What sfdisk sees, in the layout's own terms. */
  async function readTable(layout: DiskLayout, device: string) {
    const { partitiontable } = JSON.parse(await rig.output('sfdisk', '--json', device)) as SfdiskTable;
    const partitions = partitiontable.partitions.map((partition) => ({
      number: Number(/(\d+)$/.exec(partition.node.replace(device, ''))?.[1]),
      startBytes: partition.start * layout.sectorBytes,
      sizeBytes: partition.size * layout.sectorBytes,
      type: partition.type.padStart(2, '0'),
    }));
    return { ...partitiontable, partitions };
  }

  async function fatListing(diskFile: string, offsetBytes: number): Promise<string> {
    return rig.output('mdir', '-a', '-/', '-i', `${diskFile}@@${offsetBytes}`, '::');
  }

  async function cutOut(
    diskFile: string,
    place: { offsetBytes: number; sizeBytes: number },
  ): Promise<string> {
    const part = `${diskFile}.part`;
    const [skip, count] = [`skip=${place.offsetBytes}`, `count=${place.sizeBytes}`];
    await rig.run([
      'dd',
      `if=${diskFile}`,
      `of=${part}`,
      skip,
      count,
      'bs=1M',
      'iflag=skip_bytes,count_bytes',
      'conv=sparse',
    ]);
    return part;
  }

  describe('gpt', () => {
    let layout: DiskLayout;
    let disk: string;
    let root: string;
    beforeAll(async () => {
      layout = await layOut(rig, gptConfiguration(), { sizeBytes });
      disk = await write(layout, 'gpt');
      root = `${disk}?offset=${mountedAt(layout, '/').offsetBytes}`;
    });
    const debugfs = (request: string) => rig.output('debugfs', '-R', request, root);

    test('has the same bytes twice', async () => {
      await rig.run(['cmp', disk, await write(layout, 'again')]);
    });

    test('has the partitions of the layout', async () => {
      const { table } = layout;
      const seen = await readTable(layout, disk);
      expect([seen.label, seen.id.toLowerCase()]).toEqual(['gpt', table?.id]);
      expect(seen.partitions).toEqual(
        table?.partitions.map(({ number, startBytes, sizeBytes, type }) => ({
          number,
          startBytes,
          sizeBytes,
          type,
        })),
      );
      expect(await rig.output('sfdisk', '--verify', disk)).toContain('No errors detected');
    });

    test('has filesystems without errors', async () => {
      await rig.run(['e2fsck', '-f', '-n', root]);
      await rig.run(['fsck.fat', '-n', await cutOut(disk, mountedAt(layout, '/boot/efi'))]);
    });

    test('can be told by labels and UUIDs', async () => {
      for (const { offsetBytes, label, uuid, type } of layout.filesystems) {
        const seen = await rig.output(
          'blkid',
          '--probe',
          '--output',
          'export',
          '--offset',
          String(offsetBytes),
          disk,
        );
        expect(seen.split('\n')).toEqual(
          expect.arrayContaining([`LABEL=${label}`, `UUID=${uuid}`, `TYPE=${type}`]),
        );
      }
    });

    test('keeps owners, modes, links, device nodes', async () => {
      expect(await debugfs('stat /bin/ping')).toMatch(/Mode: +04755/);
      expect(await debugfs('stat /etc/one')).toMatch(/User: +5 +Group: 70000[^]*Links: 2/);
      const inode = /Inode: \d+/.exec(await debugfs('stat /etc/one'))?.[0];
      expect(await debugfs('stat /etc/two')).toContain(inode);
      expect(await debugfs('stat /etc/link')).toContain('Fast link dest: "../bin/ping"');
      expect(await debugfs('stat /dev/null')).toMatch(/character special[^]*major\/minor number: 01:03/);
      expect(await debugfs('stat /dev/vda')).toMatch(/block special[^]*major\/minor number: 254:00/);
      expect(await debugfs('stat /etc/fifo')).toMatch(/FIFO +Mode: +0600/);
      expect(await debugfs('stat /')).toMatch(/Mode: +0751/);
    });

    test('keeps capabilities, ACLs and other attributes', async () => {
      expect(await debugfs('ea_list /bin/ping')).toContain('security.capability (20)');
      expect(await debugfs('ea_list /var/journal')).toMatch(
        /system.posix_acl_access[^]*system.posix_acl_default/,
      );
      expect(await debugfs('ea_list /home')).toContain('user.note');
      expect(await debugfs('ea_list /')).toContain('user.top');
    });

    test('shows no time but the tree’s and the epoch', async () => {
      const isOld = (text: string) =>
        Number.parseInt(text, 16) === treeSeconds || Number.parseInt(text, 16) === epochSeconds;
      for (const path of ['/', '/bin', '/bin/ping', '/boot/efi', '/lost+found', '/etc/link']) {
        const times = [...(await debugfs(`stat ${path}`)).matchAll(/time: 0x([0-9a-f]{8})/g)].map(
          (match) => match[1] ?? '',
        );
        expect(times.length).toBeGreaterThan(2);
        expect(times.filter((time) => !isOld(time))).toEqual([]);
      }
      const superblock = await rig.output('dumpe2fs', '-h', root);
      for (const line of ['created', 'Last checked'])
        expect(superblock).toMatch(new RegExp(`${line}: .*Sep 13 .* 2020`));
      expect(superblock).toMatch(/Last write time: .*Sep 13 .* 2020/);
      const years = (await fatListing(disk, mountedAt(layout, '/boot/efi').offsetBytes)).match(
        /\b20\d\d(?=-)/g,
      );
      expect(new Set(years)).toEqual(new Set(['2020', '2017']));
    });

    test('has what belongs to a nested mount point there, and there only', async () => {
      expect(await debugfs('stat /boot/efi')).toMatch(/Mode: +0750[^]*User: +3 +Group: +4/);
      expect(await debugfs('ls -p /boot/efi')).not.toContain('EFI');
      const { offsetBytes } = mountedAt(layout, '/boot/efi');
      await rig.run([
        'mcopy',
        '-n',
        '-i',
        `${disk}@@${offsetBytes}`,
        '::/EFI/BOOT/a long name.cfg',
        '/run/kiln/copied.cfg',
      ]);
      expect(await rig.output('cat', '/run/kiln/copied.cfg')).toBe('set timeout=0');
    });

    test('has nothing of what is mounted on the tree', async () => {
      expect(await debugfs('ls -p /proc')).not.toContain('not-of-the-image');
    });

    test('is a sparse file', async () => {
      const [blocks] = (await rig.output('stat', '--format=%b', disk)).split('\n');
      expect(Number(blocks) * 512).toBeLessThan(8 * 2 ** 20);
    });

    test('takes GRUB for BIOS into its boot partition, and keeps its table', async () => {
      const images = { bootImage: Buffer.alloc(512, 0xbb), coreImage: Buffer.alloc(40_000, 0xcc) };
      await installBiosGrub({ layout, diskFile: disk, ...images, run: rig.run });
      const place = layout.table?.partitions.find(({ name }) => name === 'BSP')?.startBytes ?? 0;
      const core = await rig.output('od', '-An', '-v', '-tx1', '-j', String(place + 512), '-N', '8', disk);
      expect(core.trim()).toBe('cc cc cc cc cc cc cc cc');
      const pointer = await rig.output('od', '-An', '-tu8', '-j', String(0x5c), '-N', '8', disk);
      expect(Number(pointer)).toBe(place / 512);
      expect(await rig.output('sfdisk', '--verify', disk)).toContain('No errors detected');
    });
  });

  test('mbr with logical partitions: sfdisk and fsck find them, each with its share of the tree', async () => {
    const layout = await layOut(rig, mbrConfiguration, { sizeBytes: 300 * 2 ** 20 });
    const disk = await write(layout, 'mbr');
    const seen = await readTable(layout, disk);
    expect([seen.label, seen.id]).toEqual(['dos', `0x${layout.table?.id ?? ''}`]);
    expect(seen.partitions).toEqual(
      layout.table?.partitions.map(({ number, startBytes, sizeBytes, type }) => ({
        number,
        startBytes,
        sizeBytes,
        type: type.replace(/^0(?=.f)/, ''),
      })),
    );
    for (const mountPoint of ['/', '/boot']) {
      await rig.run(['e2fsck', '-f', '-n', `${disk}?offset=${mountedAt(layout, mountPoint).offsetBytes}`]);
    }
    const boot = `${disk}?offset=${mountedAt(layout, '/boot').offsetBytes}`;
    expect(await rig.output('debugfs', '-R', 'ls -p /', boot)).toContain('vmlinuz');
    expect(await rig.output('debugfs', '-R', 'ls -p /efi', boot)).not.toContain('EFI');
    expect(await fatListing(disk, mountedAt(layout, '/boot/efi').offsetBytes)).toContain('BOOTX64');
  });

  test('sectors of 4096 bytes: a loop device of that kind finds the partitions', async () => {
    const layout = await layOut(rig, gptConfiguration(4096));
    const disk = await write(layout, '4k');
    const script =
      'loop=$(losetup --find --show --sector-size 4096 "$1"); sfdisk --json "$loop"; losetup --detach "$loop"';
    const { partitiontable } = JSON.parse(await rig.output('sh', '-euc', script, 'sh', disk)) as SfdiskTable;
    expect(partitiontable.sectorsize).toBe(4096);
    expect(partitiontable.partitions.map(({ start, size }) => [start * 4096, size * 4096])).toEqual(
      layout.table?.partitions.map(({ startBytes, sizeBytes }) => [startBytes, sizeBytes]),
    );
    await rig.run(['fsck.fat', '-n', await cutOut(disk, mountedAt(layout, '/boot/efi'))]);
    expect(await fatListing(disk, mountedAt(layout, '/boot/efi').offsetBytes)).toContain('BOOTX64');
  });

  test.skipIf(missingTools(['mkfs.xfs']).length > 0)('xfs is filled with all that the tree has', async () => {
    const layout = await layOut(rig, gptConfiguration(), { rootFilesystem: 'xfs', sizeBytes: 400 * 2 ** 20 });
    const disk = await write(layout, 'disk-xfs');
    const { offsetBytes } = mountedAt(layout, '/');
    const script = `
mkdir -p /run/kiln/xfs
mount -t xfs -o ro,loop,offset="$2" "$1" /run/kiln/xfs
cd /run/kiln/xfs
stat -c '%n %a %u:%g %h %Y' . bin/ping etc/one boot/efi
[ etc/one -ef etc/two ]
find boot/efi
tar --create --xattrs --xattrs-include='*' --acls bin var | tr '\\0' '\\n' | grep -a -o 'security.capability\\|user:1234:rw-' | sort -u
cd /
umount /run/kiln/xfs`;
    expect(
      (await rig.output('sh', '-euc', script, 'sh', disk, String(offsetBytes))).trim().split('\n'),
    ).toEqual([
      `. 751 0:0 11 ${treeSeconds}`,
      `bin/ping 4755 0:0 1 ${treeSeconds}`,
      `etc/one 644 5:70000 2 ${treeSeconds}`,
      `boot/efi 750 3:4 2 ${treeSeconds}`,
      'boot/efi',
      'security.capability',
      'user:1234:rw-',
    ]);
  });

  test('ext2, ext3 and swap are what they are called, and whole', async () => {
    const partition = (name: string, size: string, mkfs: object) => ({ name, size, mkfs });
    const configuration = [
      { local_loop: { name: 'image0' } },
      {
        partitioning: {
          base: 'image0',
          label: 'mbr',
          partitions: [
            { ...partition('swap', '8MiB', { type: 'swap' }), flags: ['primary'] },
            partition('boot', '16MiB', { type: 'ext2', opts: '-m 0', mount: { mount_point: '/boot' } }),
            partition('srv', '32MiB', { type: 'ext3', uuid: '0f0e0d0c-1111-4222-8333-444444444444' }),
            partition('root', '100%', { type: 'ext4', mount: { mount_point: '/' } }),
          ],
        },
      },
    ];
    const layout = await layOut(rig, configuration, { sizeBytes });
    const disk = await write(layout, 'kinds');
    const seen: string[] = [];
    for (const { offsetBytes, type } of layout.filesystems) {
      const probe = ['blkid', '--probe', '--output', 'value', '--match-tag', 'TYPE'] as const;
      seen.push((await rig.output(...probe, '--offset', String(offsetBytes), disk)).trim());
      if (type !== 'swap') await rig.run(['e2fsck', '-f', '-n', `${disk}?offset=${offsetBytes}`]);
    }
    expect(seen).toEqual(['swap', 'ext2', 'ext3', 'ext4']);
  });

  test.skipIf(missingTools(['mkfs.btrfs', 'btrfs']).length > 0)('btrfs is filled, and whole', async () => {
    const layout = await layOut(rig, gptConfiguration(), {
      rootFilesystem: 'btrfs',
      sizeBytes: 300 * 2 ** 20,
    });
    const disk = await write(layout, 'disk-btrfs');
    const part = await cutOut(disk, mountedAt(layout, '/'));
    await rig.run(['btrfs', 'check', '--readonly', part]);
    const script = `
mkdir -p /run/kiln/btrfs
mount -t btrfs -o ro,loop "$1" /run/kiln/btrfs
stat -c '%n %a %u:%g %h' /run/kiln/btrfs/etc/one /run/kiln/btrfs/boot/efi
ls /run/kiln/btrfs/boot/efi
umount /run/kiln/btrfs`;
    expect((await rig.output('sh', '-euc', script, 'sh', part)).trim().split('\n')).toEqual([
      '/run/kiln/btrfs/etc/one 644 5:70000 2',
      '/run/kiln/btrfs/boot/efi 750 3:4 1',
    ]);
  });

  test.skipIf(missingTools(['sgdisk']).length > 0)('sgdisk knows the codes by the same GUIDs', async () => {
    await rig.run(['truncate', '-s', '256M', '/run/kiln/codes']);
    const partitions = knownGptCodes.flatMap((code, index) => [
      `--new=${index + 1}:0:+1M`,
      `--typecode=${index + 1}:${code}`,
    ]);
    await rig.run(['sgdisk', '--clear', ...partitions, '/run/kiln/codes']);
    const { partitiontable } = JSON.parse(
      await rig.output('sfdisk', '--json', '/run/kiln/codes'),
    ) as SfdiskTable;
    expect(partitiontable.partitions.map(({ type }) => type.toUpperCase())).toEqual(
      knownGptCodes.map((code) => gptPartitionType(code)),
    );
  });

  describe('what goes wrong is told', () => {
    test('a full disk', async () => {
      const layout = await layOut(rig, gptConfiguration(), { sizeBytes });
      await rig.run([
        'sh',
        '-euc',
        'mkdir -p /run/kiln/small; mount -t tmpfs -o size=1m tmpfs /run/kiln/small',
      ]);
      await expect(write(layout, 'small/disk')).rejects.toMatchObject({ failures: [{ code: 'disk-full' }] });
    });

    test('a filesystem that cannot hold the tree', async () => {
      const layout = await layOut(rig, gptConfiguration(), { sizeBytes });
      const filesystems = layout.filesystems.map((filesystem) =>
        filesystem.mountPoint === '/' ? { ...filesystem, sizeBytes: 2 ** 20, options: [] } : filesystem,
      );
      await expect(write({ ...layout, filesystems }, 'tiny')).rejects.toMatchObject({
        failures: [{ code: 'image-size-too-small' }],
      });
      expect(await rig.output('ls', '/run/kiln')).not.toContain('tiny.scratch');
    });

    test('a mount point that the tree lacks', async () => {
      const layout = await layOut(rig, gptConfiguration(), { sizeBytes });
      const filesystems = layout.filesystems.map((filesystem) => ({ ...filesystem, mountPoint: '/nowhere' }));
      await expect(write({ ...layout, filesystems }, 'none')).rejects.toThrow(
        "no directory at the mount point '/nowhere'",
      );
    });
  });
});
