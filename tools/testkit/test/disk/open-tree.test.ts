import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directoryReader } from '../../src/disk/directory-reader.ts';
import { globTree } from '../../src/disk/glob-tree.ts';
import { memoryReader } from '../../src/disk/memory-reader.ts';
import { mountedReader } from '../../src/disk/mounted-reader.ts';
import { openTree, type DiskTree } from '../../src/disk/open-tree.ts';
import { walkTree } from '../../src/disk/walk-tree.ts';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kiln-test-'));
  await mkdir(join(directory, 'usr/lib/a'), { recursive: true });
  await writeFile(join(directory, 'usr/lib/a/file'), 'text');
  await symlink('usr/lib', join(directory, 'lib'));
  await symlink('/usr/lib/a/file', join(directory, 'absolute'));
  await symlink('../../../../../etc/passwd', join(directory, 'usr/escape'));
  await symlink('loop-b', join(directory, 'loop-a'));
  await symlink('loop-a', join(directory, 'loop-b'));
});

afterAll(() => rm(directory, { recursive: true }));

const fake = (): DiskTree =>
  openTree(
    memoryReader({
      '/usr/lib/a/file': 'text',
      '/lib': { link: 'usr/lib' },
      '/absolute': { link: '/usr/lib/a/file' },
      '/usr/escape': { link: '../../../../../etc/passwd' },
      '/loop-a': { link: 'loop-b' },
      '/loop-b': { link: 'loop-a' },
    }),
  );

describe.each([
  ['in memory', fake],
  ['in a directory', () => openTree(directoryReader(directory))],
])('a tree %s', (_, open) => {
  it('follows links inside the tree only', async () => {
    const tree = open();
    expect(await tree.readText('/lib/a/file')).toBe('text');
    expect(await tree.readText('/absolute')).toBe('text');
    expect(await tree.realPath('/lib/a/../a/file')).toBe('/usr/lib/a/file');
    expect(await tree.exists('/usr/escape')).toBe(false);
    expect(await tree.readText('/usr/escape')).toBeUndefined();
  });

  it('tells links from what they lead to', async () => {
    const tree = open();
    expect((await tree.stat('/lib'))?.kind).toBe('symlink');
    expect((await tree.statTarget('/lib'))?.kind).toBe('directory');
    expect(await tree.readLink('/lib')).toBe('usr/lib');
    expect(await tree.readLink('/usr')).toBeUndefined();
  });

  it('gives up on circles, and on what is not there', async () => {
    const tree = open();
    expect(await tree.statTarget('/loop-a')).toBeUndefined();
    expect(await tree.list('/nothing')).toBeUndefined();
    expect(await tree.readFile('/usr')).toBeUndefined();
    expect(await tree.stat('/usr/lib/a/file/below')).toBeUndefined();
  });

  it('can be walked and searched', async () => {
    const tree = open();
    expect((await walkTree(tree, '/usr')).map((entry) => entry.path)).toEqual([
      '/usr/escape',
      '/usr/lib',
      '/usr/lib/a',
      '/usr/lib/a/file',
    ]);
    expect(await globTree(tree, '/lib/*/f?le')).toEqual(['/lib/a/file']);
    expect(await globTree(tree, '/usr/**/file')).toEqual(['/usr/lib/a/file']);
    expect(await globTree(tree, '/loop-*')).toEqual(['/loop-a', '/loop-b']);
    expect(await globTree(tree, '/nothing/*')).toEqual([]);
  });
});

describe('mountedReader', () => {
  it('shows each filesystem below its mount point', async () => {
    const tree = openTree(
      mountedReader(
        new Map([
          [
            '/',
            memoryReader({ '/boot/efi': { kind: 'directory' }, '/boot/hidden': 'x', '/etc/fstab': 'root' }),
          ],
          ['/boot', memoryReader({ '/vmlinuz': 'kernel', '/efi': { kind: 'directory' } })],
          ['/boot/efi', memoryReader({ '/EFI/BOOT/BOOTX64.EFI': 'efi' })],
        ]),
      ),
    );
    expect(await tree.list('/boot')).toEqual(['efi', 'vmlinuz']);
    expect(await tree.readText('/boot/vmlinuz')).toBe('kernel');
    expect(await tree.readText('/boot/efi/EFI/BOOT/BOOTX64.EFI')).toBe('efi');
    expect(await tree.readText('/etc/fstab')).toBe('root');
  });
});
