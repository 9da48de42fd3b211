import { execFile } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { digestOf } from '@kiln/engine/fingerprint/digest.ts';
import { expect, onTestFinished, test } from 'vitest';
import { openTarTree } from '../../src/diff/open-tar-tree.ts';
import { readTar } from '../../src/diff/read-tar.ts';

const longName = `${'long-'.repeat(40)}name`;
const content = 'x'.repeat(3_000_000);

async function archive(...options: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-tar-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'tree/etc'), { recursive: true });
  await writeFile(join(folder, 'tree/etc/motd'), 'hello\n');
  await chmod(join(folder, 'tree/etc/motd'), 0o640);
  await link(join(folder, 'tree/etc/motd'), join(folder, 'tree/etc/same'));
  await symlink('etc/motd', join(folder, 'tree/link'));
  await writeFile(join(folder, 'tree', longName), content);
  await writeFile(join(folder, 'tree/ümläut'), '');
  const file = join(folder, 'a.tar');
  const args = ['--create', '--file', file, '--directory', join(folder, 'tree'), '--sort=name'];
  await promisify(execFile)('tar', [...args, '--owner=5', '--group=7', '--numeric-owner', ...options, '.']);
  return file;
}

test.each([
  ['pax', ['--format=posix']],
  ['ustar', ['--format=ustar', '--exclude=long-*']],
  ['compressed', ['--format=posix', '--gzip']],
])('%s: names, modes, owners, links, contents', async (_name, options) => {
  const tree = await openTarTree(await archive(...options));
  const motd = { kind: 'file', mode: '0640', owner: '5:7', sizeBytes: 6, target: '' };
  expect(tree.files.get('/etc/motd')).toEqual(motd);
  expect(tree.files.get('/etc/same')).toEqual(motd);
  expect(tree.files.get('/link')).toMatchObject({ kind: 'symlink', target: 'etc/motd', sizeBytes: 0 });
  expect(tree.files.get('/etc')).toMatchObject({ kind: 'directory' });
  expect(tree.files.has('/ümläut')).toBe(true);
  expect(tree.files.has('/')).toBe(false);
  if (options.length < 2 || options[1] === '--gzip')
    expect(tree.files.get(`/${longName}`)?.sizeBytes).toBe(content.length);
  const digests = await tree.digests(['/etc/motd', '/etc/same']);
  expect([...digests.values()]).toEqual([digestOf('hello\n'), digestOf('hello\n')]);
  expect((await tree.readFile('/etc/motd'))?.toString()).toBe('hello\n');
});

test('an owner that is too large for the header', async () => {
  const tree = await openTarTree(await archive('--format=posix', '--owner=5000000', '--group=6000000'));
  expect(tree.files.get('/etc/motd')?.owner).toBe('5000000:6000000');
});

test('an archive that ends too early is refused', async () => {
  const file = await archive('--format=posix');
  await truncate(file, 1_000_000);
  await expect(readTar(file)).rejects.toThrow('it is damaged');
});

test('a file that is no archive is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-tar-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a.tar'), 'not an archive, though long enough to be one. '.repeat(40));
  await expect(readTar(join(folder, 'a.tar'))).rejects.toThrow('not a tar archive');
});
