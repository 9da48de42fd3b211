import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Filesystem } from '@kiln/engine/block-device/disk-layout.ts';
import { readDeferred } from '@kiln/engine/block-device/writing/deferred-data.ts';
import { writeExt } from '@kiln/engine/block-device/writing/write-ext.ts';
import { createRunner } from '@kiln/engine/sandbox/command-runner.ts';
import { openSandbox, type Sandbox } from '@kiln/engine/sandbox/open-sandbox.ts';
import { findPrivilege } from '@kiln/engine/sandbox/privilege.ts';
import { missingTools } from './disk-rig.ts';

const missing =
  process.env['CI'] === undefined ? missingTools(['unshare', 'mke2fs', 'debugfs', 'e2fsck', 'setfattr']) : [];
const suffix = missing.length === 0 ? '' : ` (the host lacks ${missing.join(', ')})`;
const mebibyte = 2 ** 20;

/** A tree with whatever a filesystem keeps in a way of its own. */
const makeTree = `
cd /run/kiln
mkdir tree && cd tree
mkdir -p many/a/b lost+found "odd
name" dev
for number in $(seq 3000); do echo $number > "many/file with a rather long name, number $number"; done
i=0; while [ $i -lt 700 ]; do mkdir "many/a/$i"; i=$((i + 1)); done
printf 'x' > "odd
name/\\377"
ln -s "$(printf '%01000d' 7)" long-link
ln -s short short-link
ln 'many/file with a rather long name, number 1' second-name
head -c 5000000 /dev/urandom > random
truncate -s 100M holes
for at in 0 3 50 51 60 70 80 90; do echo data | dd of=holes bs=1M seek=$at conv=notrunc status=none; done
truncate -s 20M empty
mknod dev/big c 300 70000
mkfifo dev/fifo
setfattr -n user.long -v "$(printf '%03000d' 3)" random
setfattr -n user.short -v x many
chown 70000:80000 random
chmod 4711 random
touch -h -d @1500000000 long-link short-link
find . -depth ! -type l -exec touch -d @1500000000 {} +`;

/** All that can be seen of a tree, a line each; contents as sums. */
const describeTree = `
cd "$1"
find . -mindepth 1 ! -path './lost+found' -printf '%p|%y|%m|%U:%G|%n|%T@|%l|' \\( -type d -printf '\\n' -o -printf '%s\\n' \\) | LC_ALL=C sort
find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
getfattr -R -h -d -m - . | LC_ALL=C sort
stat -c '%t:%T %F' dev/big dev/fifo`;

describe.skipIf(missing.length > 0)(`a filled ext4 filesystem${suffix}`, () => {
  let directory: string;
  let sandbox: Sandbox;
  let wanted: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kiln-ext-'));
    sandbox = await openSandbox(directory, await findPrivilege());
    await sandbox.run(['bash', '-euc', makeTree]);
    wanted = await seen('/run/kiln/tree');
  });
  afterAll(async () => {
    await sandbox.close();
    await createRunner(await findPrivilege())(['rm', '-rf', '--one-file-system', directory]);
  });

  async function seen(folder: string): Promise<string> {
    return (await sandbox.run(['bash', '-euc', describeTree, 'describe', folder])).stdout;
  }

  async function write(name: string, more: Partial<Filesystem> & { readonly deferredFile?: string } = {}) {
    const diskFile = `/run/kiln/${name}`;
    const { deferredFile, ...changed } = more;
    const filesystem: Filesystem = {
      name,
      type: 'ext4',
      label: 'root',
      uuid: '11111111-1111-4111-8111-111111111111',
      offsetBytes: mebibyte,
      sizeBytes: 400 * mebibyte,
      mountPoint: '/',
      options: [],
      fstab: undefined,
      ...changed,
    };
    await sandbox.run(['truncate', '-s', String(filesystem.offsetBytes + filesystem.sizeBytes), diskFile]);
    await sandbox.run(['mkdir', '-p', '/run/kiln/scratch']);
    await writeExt({
      filesystem,
      sectorBytes: 512,
      diskFile,
      deferredFile,
      view: { scratch: '/run/kiln/scratch', source: '/run/kiln/tree', hidden: [] },
      epochSeconds: 1_600_000_000,
      run: sandbox.run,
    });
    return diskFile;
  }

  /** What fsck says, and what the kernel shows. */
  async function check(diskFile: string, offsetBytes = mebibyte): Promise<string> {
    await sandbox.run(['e2fsck', '-f', '-n', `${diskFile}?offset=${offsetBytes}`]);
    await sandbox.run(['mkdir', '-p', '/run/kiln/mounted']);
    const options = `loop,ro,offset=${offsetBytes}`;
    await sandbox.run(['mount', '-t', 'ext4', '-o', options, diskFile, '/run/kiln/mounted']);
    try {
      return await seen('/run/kiln/mounted');
    } finally {
      await sandbox.run(['umount', '/run/kiln/mounted']);
    }
  }

  const featureSets = {
    'as they are by default': [],
    'with diskimage-builder’s inode ratio and journal': ['-i', '4096', '-J', 'size=16'],
    'without checksums': ['-O', '^metadata_csum'],
    'with 32 bits': ['-O', '^64bit'],
    'with the seed of checksums in the superblock': ['-O', 'metadata_csum_seed'],
    'with larger inodes': ['-I', '512'],
    'without a journal and a resize inode': ['-O', '^has_journal,^resize_inode'],
  };

  test.each(Object.entries(featureSets))(
    'features %s: whole, with all that the tree has',
    async (_, options) => {
      const diskFile = await write('features', { options });
      expect(await check(diskFile)).toBe(wanted);
      await sandbox.run(['rm', diskFile]);
    },
  );

  test('holes of a large file take no room, whatever the tree’s file system says of them', async () => {
    const diskFile = await write('sparse');
    const show = ['debugfs', '-R', 'stat <$n>', `${diskFile}?offset=${mebibyte}`] as const;
    const blocks = async (path: string): Promise<number> => {
      const command = [...show.slice(0, 2), `stat ${path}`, show[3]] as unknown as readonly [
        string,
        ...string[],
      ];
      const { stdout } = await sandbox.run(command);
      return Number(/Blockcount: (\d+)/.exec(stdout)?.[1]);
    };
    expect(await blocks('/empty')).toBe(0);
    // Eight clusters of 64 KiB, and a block of extents: more than four do not fit into the inode.
    expect(await blocks('/holes')).toBe(8 * 128 + 8);
  });

  test('a partition may begin in the middle of a block of the disk', async () => {
    const offsetBytes = 63 * 512;
    expect(await check(await write('odd', { offsetBytes }), offsetBytes)).toBe(wanted);
  });

  test('a filesystem that is just large enough is filled without gaps', async () => {
    const diskFile = await write('tight', {
      sizeBytes: 25 * mebibyte,
      options: ['-i', '4096', '-O', '^has_journal,^resize_inode'],
    });
    expect(await check(diskFile)).toBe(wanted);
  });

  test('one that is too small, or has too few inodes, is told as such', async () => {
    await expect(write('small', { sizeBytes: 20 * mebibyte })).rejects.toMatchObject({
      failures: [{ code: 'image-size-too-small' }],
    });
    await expect(write('inodes', { options: ['-N', '1000'] })).rejects.toMatchObject({
      failures: [{ code: 'image-size-too-small' }],
    });
  });

  test('data may stay in the tree: then the list has every byte of it, and the disk has the rest', async () => {
    const copied = await write('copied');
    const deferred = await write('rest', { deferredFile: '/run/kiln/list' });
    const list = readDeferred(join(directory, 'list'));
    const bytes = list.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
    expect(bytes).toBeGreaterThan(5_000_000);
    const program = new URL('../../tools/engine/src/formats/copy-deferred-main.ts', import.meta.url).pathname;
    await sandbox.run([process.execPath, program], {
      input: JSON.stringify({ diskFile: deferred, deferredFile: '/run/kiln/list' }),
    });
    await sandbox.run(['cmp', copied, deferred]);
    expect(await check(deferred)).toBe(wanted);
  });
});
