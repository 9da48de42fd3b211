import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { verifyArtifact, type Expectations, type VerificationReport } from '../../tools/testkit/src/index.ts';
import { healthyFiles } from '../../tools/testkit/test/verify/healthy-tree.ts';
import { type HostNeed, root, testOn, tools } from '../host-needs.ts';

const needs = [
  tools('sfdisk', 'mke2fs', 'debugfs', 'e2fsck', 'mkfs.vfat', 'fsck.vfat', 'mmd', 'mcopy', 'qemu-img'),
];

const mebibyte = 1 << 20;
const diskBytes = 64 * mebibyte;
const rootOffset = 2 * mebibyte;
const espOffset = 40 * mebibyte;

const xfs: HostNeed = {
  lack: () =>
    readFileSync('/proc/filesystems', 'utf8').includes('\txfs\n') ? undefined : 'xfs in the kernel',
};

let directory = '';
let healthy = '';

const run = (command: string, args: readonly string[], input = ''): void => {
  execFileSync(command, args, { input, stdio: ['pipe', 'ignore', 'pipe'] });
};

/** Writes the healthy tree of the unit tests to disk, except for device nodes, which need root. */
function writeTree(target: string): void {
  for (const [path, entry] of Object.entries(healthyFiles)) {
    const file = join(target, path);
    const said = typeof entry === 'string' ? { content: entry } : entry;
    if ('link' in said) {
      mkdirSync(dirname(file), { recursive: true });
      symlinkSync(said.link, file);
    } else if (said.kind === 'directory') {
      mkdirSync(file, { recursive: true });
      chmodSync(file, said.mode ?? 0o755);
    } else if (said.kind === undefined) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, said.content ?? '');
    }
  }
  writeFileSync(
    join(target, 'etc/fstab'),
    'LABEL=cloudimg-rootfs / ext4 defaults 0 1\nLABEL=ESP /boot/efi vfat defaults 0 2\n',
  );
}

beforeAll(() => {
  if (needs.some((need) => need.lack() !== undefined)) return;
  directory = mkdtempSync(join(tmpdir(), 'kiln-verify-'));
  healthy = join(directory, 'healthy.raw');
  const tree = join(directory, 'tree');
  mkdirSync(tree);
  writeTree(tree);
  writeFileSync(healthy, '');
  truncateSync(healthy, diskBytes);
  const esp = 'type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B';
  run(
    'sfdisk',
    ['-q', healthy],
    `label: gpt\nstart=${rootOffset / 512}, size=${36 * 2048}\nstart=${espOffset / 512}, size=${20 * 2048}, ${esp}\n`,
  );
  run('mke2fs', [
    '-q',
    '-t',
    'ext4',
    '-L',
    'cloudimg-rootfs',
    '-d',
    tree,
    '-E',
    `offset=${rootOffset}`,
    healthy,
    '36864k',
  ]);
  run('mkfs.vfat', ['-n', 'ESP', '--offset', String(espOffset / 512), healthy, String(20 * 1024)]);
  const drive = `${healthy}@@${espOffset}`;
  run('mmd', ['-i', drive, '::/EFI', '::/EFI/BOOT']);
  run('mcopy', ['-i', drive, '-', '::/EFI/BOOT/BOOTX64.EFI'], 'efi');
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const expectations: Partial<Expectations> = {
  sizeBytes: diskBytes,
  rootLabel: 'cloudimg-rootfs',
  format: 'raw',
};

const failures = (report: VerificationReport): readonly string[] =>
  report.checks.filter((check) => check.status === 'fail').map((check) => check.id);

/** A copy of the healthy disk with some bytes overwritten. */
async function damaged(name: string, at: number, bytes: Buffer): Promise<string> {
  const file = join(directory, name);
  await copyFile(healthy, file);
  const handle = await open(file, 'r+');
  await handle.write(bytes, 0, bytes.length, at);
  await handle.close();
  return file;
}

const contradictions: readonly (readonly [string, Partial<Expectations>, string])[] = [
  ['another size', { sizeBytes: diskBytes * 2 }, 'disk-size'],
  ['another label', { rootLabel: 'img-rootfs' }, 'root-label'],
  ['another format', { format: 'qcow2' }, 'image-format'],
  [
    'another layout',
    {
      layout: {
        sizeBytes: diskBytes,
        sectorBytes: 512,
        table: { label: 'mbr', id: '12345678', partitions: [] },
        filesystems: [],
      },
    },
    'disk-layout',
  ],
];

describe('verifyArtifact', () => {
  testOn(needs, 'finds nothing wrong with a healthy disk, and reads both of its filesystems', async () => {
    const report = await verifyArtifact({ artifact: healthy, expectations });
    expect(report.checks.filter((check) => check.status === 'fail')).toEqual([]);
    expect(report.checks.find((check) => check.id === 'bootloader')?.detail).toContain('BOOTX64.EFI');
  });

  testOn(needs, 'reads qcow2 as it reads raw', async () => {
    const file = join(directory, 'healthy.qcow2');
    run('qemu-img', ['convert', '-c', '-O', 'qcow2', healthy, file]);
    const report = await verifyArtifact({
      artifact: file,
      expectations: { ...expectations, format: 'qcow2' },
    });
    expect(failures(report)).toEqual([]);
    expect(report.sizeBytes).toBe(diskBytes);
  });

  for (const [what, changes, check] of contradictions) {
    testOn(needs, `fails where ${what} was asked for`, async () => {
      const report = await verifyArtifact({
        artifact: healthy,
        expectations: { ...expectations, ...changes },
      });
      expect(failures(report)).toEqual([check]);
    });
  }

  testOn(needs, 'fails on a damaged partition table', async () => {
    const file = await damaged('table.raw', 1024 + 56, Buffer.from('x'));
    expect(failures(await verifyArtifact({ artifact: file, expectations }))).toEqual(['partition-table']);
  });

  testOn(needs, 'fails on a damaged filesystem', async () => {
    // The superblock's count of free blocks: nothing that reading files would notice.
    const file = await damaged('bitmap.raw', rootOffset + 1024 + 12, Buffer.alloc(4, 0));
    expect(failures(await verifyArtifact({ artifact: file, expectations }))).toContain('filesystems-clean');
  });

  testOn(needs, 'fails on a disk whose root filesystem is gone', async () => {
    const file = await damaged('gone.raw', rootOffset, Buffer.alloc(mebibyte));
    const found = failures(await verifyArtifact({ artifact: file, expectations }));
    expect(found).toContain('root-filesystem');
    expect(found).toContain('kernel');
  });

  testOn(
    [...needs, root, xfs, tools('mkfs.xfs', 'unshare')],
    'reads xfs through the kernel, and leaves no mount behind',
    async () => {
      const file = join(directory, 'xfs.raw');
      writeFileSync(file, '');
      truncateSync(file, 320 * mebibyte);
      run('mkfs.xfs', ['-q', '-L', 'img-rootfs', file]);
      const copy = 'mount -o loop "$1" "$2" && cp -a "$3"/. "$2"/ && umount "$2"';
      const mountPoint = join(directory, 'mnt');
      mkdirSync(mountPoint);
      run('unshare', ['--mount', 'sh', '-euc', copy, 'sh', file, mountPoint, join(directory, 'tree')]);
      const report = await verifyArtifact({ artifact: file, expectations: { rootLabel: 'img-rootfs' } });
      expect(report.checks.find((check) => check.id === 'root-filesystem')?.detail).toBe('xfs on whole disk');
      expect(report.checks.find((check) => check.id === 'kernel')?.status).toBe('pass');
      expect(failures(report)).toEqual(['fstab']);
      expect(readFileSync('/proc/mounts', 'utf8')).not.toContain('kiln-disk');
    },
  );

  testOn(needs, 'refuses an image that needs another file, and one that is not there', async () => {
    const file = join(directory, 'overlay.qcow2');
    run('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', healthy, '-F', 'raw', file]);
    await expect(verifyArtifact({ artifact: file })).rejects.toThrow(/backing file/u);
    await expect(verifyArtifact({ artifact: join(directory, 'nothing') })).rejects.toThrow(
      /cannot read the image/u,
    );
  });
});
