import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDisk } from '@kiln/engine/block-device/writing/write-disk.ts';
import { archiveContainer } from '@kiln/engine/formats/archive-container.ts';
import { archiveTree } from '@kiln/engine/formats/archive-tree.ts';
import { convertDisk } from '@kiln/engine/formats/convert-disk.ts';
import type { DiskConversion } from '@kiln/engine/formats/convert-disk.ts';
import type { DiskRig } from './disk-rig.ts';
import { gptConfiguration, layOut, missingTools, openDiskRig } from './disk-rig.ts';

const epochSeconds = 1_600_000_000;
const sizeBytes = 256 * 2 ** 20;
const tools = [
  'unshare',
  'mkfs.erofs',
  'mke2fs',
  'mkfs.vfat',
  'mcopy',
  'qemu-img',
  'tar',
  'gzip',
  'mksquashfs',
  'unsquashfs',
  'skopeo',
  'umoci',
];
const missing = process.env['CI'] === undefined ? missingTools(tools) : [];
const suffix = missing.length === 0 ? '' : ` (the host lacks ${missing.join(', ')})`;

describe.skipIf(missing.length > 0)(`image formats${suffix}`, () => {
  let rig: DiskRig;
  const diskFile = '/run/kiln/disk';
  beforeAll(async () => {
    rig = await openDiskRig();
    const layout = await layOut(rig, gptConfiguration(), { sizeBytes });
    await writeDisk({ layout, treeDirectory: rig.treeDirectory, diskFile, epochSeconds, run: rig.run });
    await rig.run(['mkdir', '/run/kiln/one', '/run/kiln/two']);
  });
  afterAll(() => rig.close());

  async function convert(
    conversion: Partial<DiskConversion> & Pick<DiskConversion, 'format' | 'targetFile'>,
  ) {
    await convertDisk({
      diskFile,
      compression: 'zstd',
      seed: 'seed',
      source: 'keep',
      run: rig.run,
      ...conversion,
    });
  }

  test.each([
    ['qcow2', 'zstd'],
    ['qcow2', 'zlib'],
    ['qcow2', 'none'],
    ['vmdk', 'none'],
    ['vdi', 'none'],
    ['vhd', 'none'],
    ['raw', 'none'],
  ] as const)('%s (%s) holds the disk, and has the same bytes twice', async (format, compression) => {
    const files = ['one', 'two'].map((folder) => `/run/kiln/${folder}/image.${format}`);
    for (const targetFile of files) await convert({ format, targetFile, compression });
    await rig.run(['cmp', ...files] as [string, ...string[]]);
    const driver = format === 'vhd' ? 'vpc' : format;
    const compared = await rig.output(
      'qemu-img',
      'compare',
      '-f',
      driver,
      '-F',
      'raw',
      files[0] ?? '',
      diskFile,
    );
    expect(compared).toContain('identical');
    const info = await rig.output('qemu-img', 'info', '--output=json', '-f', driver, files[0] ?? '');
    expect((JSON.parse(info) as { 'virtual-size': number })['virtual-size']).toBe(sizeBytes);
  });

  test('vpc has the same bytes twice; its size is rounded up to whole cylinders', async () => {
    const files = ['one', 'two'].map((folder) => `/run/kiln/${folder}/image.vpc`);
    for (const targetFile of files) await convert({ format: 'vpc', targetFile });
    await rig.run(['cmp', ...files] as [string, ...string[]]);
    expect(
      await rig.output('qemu-img', 'compare', '-f', 'vpc', '-F', 'raw', files[0] ?? '', diskFile),
    ).toContain('identical');
  });

  test('a qcow2 does not depend on the number of cores, nor on the holes of the disk', async () => {
    await convert({ format: 'qcow2', targetFile: '/run/kiln/one/cores.qcow2' });
    await rig.run(['cp', '--sparse=never', diskFile, '/run/kiln/full']);
    const pinned: typeof rig.run = ([file, ...args], options) =>
      rig.run(['taskset', '--cpu-list', '0', file, ...args], options);
    await convert({
      format: 'qcow2',
      targetFile: '/run/kiln/two/cores.qcow2',
      diskFile: '/run/kiln/full',
      run: pinned,
    });
    await rig.run(['cmp', '/run/kiln/one/cores.qcow2', '/run/kiln/two/cores.qcow2']);
  });

  test('options for qemu-img are taken', async () => {
    await convert({ format: 'qcow2', targetFile: '/run/kiln/one/old.qcow2', options: 'compat=0.10' });
    const info = JSON.parse(
      await rig.output('qemu-img', 'info', '--output=json', '/run/kiln/one/old.qcow2'),
    ) as {
      'format-specific': { data: { compat: string } };
    };
    expect(info['format-specific'].data.compat).toBe('0.10');
  });

  test('a vmdk names itself as its artifact is called', async () => {
    await convert({ format: 'vmdk', targetFile: '/run/kiln/one/x.vmdk', artifactName: 'amphora.vmdk' });
    expect(await rig.output('strings', '/run/kiln/one/x.vmdk')).toContain('SPARSE "amphora.vmdk"');
  });

  test.each(['tar', 'tgz', 'squashfs'] as const)('%s has the same bytes twice', async (format) => {
    const files = ['one', 'two'].map((folder) => `/run/kiln/${folder}/tree.${format}`);
    for (const targetFile of files) {
      await archiveTree({ format, treeDirectory: rig.treeDirectory, targetFile, epochSeconds, run: rig.run });
    }
    await rig.run(['cmp', ...files] as [string, ...string[]]);
  });

  test('a tar keeps owners, links, devices, capabilities and ACLs, and nothing that is mounted', async () => {
    const listing = await rig.output(
      'tar',
      '--list',
      '--verbose',
      '--verbose',
      '--xattrs',
      '--xattrs-include=*',
      '--acls',
      '--numeric-owner',
      '--full-time',
      '-f',
      '/run/kiln/one/tree.tar',
    );
    expect(listing).toMatch(/^-rw-r--r-- +5\/70000 +6 2017-07-14 .* \.\/etc\/one$/m);
    expect(listing).toMatch(/^h.* \.\/etc\/two link to \.\/etc\/one$/m);
    expect(listing).toMatch(/^c.* 1,3 .* \.\/dev\/null$/m);
    expect(listing).toContain('security.capability');
    expect(listing).toContain('user:1234:rw-');
    expect(listing).not.toContain('not-of-the-image');
    const paths = listing.split('\n').flatMap((line) => /^[-dlhcbp].* (\.\/\S*)/.exec(line)?.[1] ?? []);
    expect(paths.slice(0, 4)).toEqual(['./', './bin/', './bin/ping', './boot/']);
  });

  test('a squashfs keeps owners and capabilities', async () => {
    const listing = await rig.output('unsquashfs', '-lln', '/run/kiln/one/tree.squashfs');
    expect(listing).toMatch(/^-rw-r--r-- 5\/70000 .* squashfs-root\/etc\/one$/m);
    expect(listing).toMatch(/^-rwsr-xr-x 0\/0 .* squashfs-root\/bin\/ping$/m);
    expect(listing).not.toContain('not-of-the-image');
  });

  test('an aci has the tree below rootfs/, and its manifest beside it', async () => {
    const common = { format: 'aci', treeDirectory: rig.treeDirectory, epochSeconds, run: rig.run } as const;
    const files = ['one', 'two'].map((folder) => `/run/kiln/${folder}/tree.aci`);
    const aciManifest = '{"acKind":"ImageManifest"}';
    for (const targetFile of files) await archiveTree({ ...common, targetFile, aciManifest });
    await rig.run(['cmp', ...files] as [string, ...string[]]);
    const listing = await rig.output('tar', '--list', '--verbose', '--numeric-owner', '-f', files[0] ?? '');
    expect(listing).toMatch(/^h.* rootfs\/etc\/two link to rootfs\/etc\/one$/m);
    expect(listing).toMatch(/^-rw-r--r-- 0\/0 +26 .* manifest$/m);
    const names = listing
      .split('\n')
      .flatMap((line) => /^\S+ +\S+ +\S+ +\S+ +\S+ +(\S+)/.exec(line)?.[1] ?? []);
    expect(names.filter((name) => !name.startsWith('rootfs/'))).toEqual(['manifest']);
    expect(await rig.output('tar', '--extract', '--to-stdout', '-f', files[0] ?? '', 'manifest')).toBe(
      aciManifest,
    );
    await archiveTree({ ...common, targetFile: '/run/kiln/one/bare.aci' });
    expect(await rig.output('tar', '--list', '-f', '/run/kiln/one/bare.aci')).not.toContain('manifest');
  });

  const reference = { repository: 'registry.example/box', tag: '1.2' };

  async function container(format: 'oci' | 'docker', targetFile: string): Promise<void> {
    const { treeDirectory, run } = rig;
    await archiveContainer({
      format,
      treeDirectory,
      targetFile,
      epochSeconds,
      architecture: 'arm64',
      reference,
      run,
    });
  }

  test('an OCI archive is one that skopeo and umoci take', async () => {
    const files = ['one', 'two'].map((folder) => `/run/kiln/${folder}/box.oci.tar`);
    for (const file of files) await container('oci', file);
    await rig.run(['cmp', ...files] as [string, ...string[]]);
    const facts = JSON.parse(await rig.output('skopeo', 'inspect', `oci-archive:${files[0]}`)) as Inspected;
    expect(facts).toMatchObject({ Architecture: 'arm64', Os: 'linux', Created: '2020-09-13T12:26:40Z' });
    expect(facts.Layers).toHaveLength(1);
    // Copying checks the digests of all blobs.
    await rig.run([
      'skopeo',
      'copy',
      '-q',
      '--insecure-policy',
      `oci-archive:${files[0]}`,
      'dir:/run/kiln/copy',
    ]);
    await rig.run(['mkdir', '/run/kiln/layout']);
    await rig.run(['tar', '--extract', '--directory=/run/kiln/layout', '-f', files[0] ?? '']);
    await rig.run(['umoci', 'unpack', '--image', '/run/kiln/layout:1.2', '/run/kiln/bundle']);
    const root = '/run/kiln/bundle/rootfs';
    expect(await rig.output('stat', '--format=%u:%g %h', `${root}/etc/one`)).toBe('5:70000 2');
    expect(await rig.output('getfattr', '--name=security.capability', `${root}/bin/ping`)).toContain(
      'security.capability',
    );
    expect(await rig.output('find', root, '-name', 'not-of-the-image')).toBe('');
  });

  test('a docker archive is one, too, and names itself', async () => {
    const files = ['one', 'two'].map((folder) => `/run/kiln/${folder}/box.docker.tar`);
    for (const file of files) await container('docker', file);
    await rig.run(['cmp', ...files] as [string, ...string[]]);
    const copied = '/run/kiln/from-docker';
    await rig.run([
      'skopeo',
      'copy',
      '-q',
      '--insecure-policy',
      `docker-archive:${files[0]}`,
      `dir:${copied}`,
    ]);
    const tags = await rig.output('skopeo', 'list-tags', `docker-archive:${files[0]}`);
    expect(JSON.parse(tags)).toMatchObject({ Tags: ['registry.example/box:1.2'] });
    expect(await rig.output('skopeo', 'inspect', `oci-archive:${files[0]}`)).toContain('"arm64"');
  });

  test.each(['qcow', 'vhdx', 'parallels', 'qed'])(
    '%s, which only qemu-img knows, holds the disk',
    async (format) => {
      const targetFile = `/run/kiln/one/image.${format}`;
      await convert({ format, targetFile });
      const compared = await rig.output(
        'qemu-img',
        'compare',
        '-f',
        format,
        '-F',
        'raw',
        targetFile,
        diskFile,
      );
      expect(compared).toContain('identical');
    },
  );
});

interface Inspected {
  readonly Layers: readonly string[];
}
