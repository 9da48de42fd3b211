import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const element = resolve(import.meta.dirname, '..');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'base-image-'));
  mkdirSync(join(folder, 'tree'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(script: string, words: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TMP_BUILD_DIR: folder, ...variables };
  return spawnSync(join(element, script), words, { encoding: 'utf8', env });
}

test('unpacks a tarball of a root tree, whatever it is packed with', () => {
  mkdirSync(join(folder, 'root/etc'), { recursive: true });
  writeFileSync(join(folder, 'root/etc/os-release'), 'ID=fedora\n');
  const archive = join(folder, 'image');
  spawnSync('tar', ['-czf', archive, '-C', join(folder, 'root'), '.']);
  const { status, stderr } = run('extract-image', [archive, join(folder, 'tree')]);
  expect([status, stderr]).toEqual([0, '']);
  expect(readFileSync(join(folder, 'tree/etc/os-release'), 'utf8')).toBe('ID=fedora\n');
});

test('refuses a disk without an operating system', () => {
  writeFileSync(join(folder, 'image'), Buffer.alloc(1024 * 1024));
  const { status, stderr } = run('extract-image', [join(folder, 'image'), join(folder, 'tree')]);
  expect(status).toBe(1);
  expect(stderr).toContain('no filesystem with an operating system');
});

test('tells the lock where the image and its checksums are', () => {
  const local = run('lock.d/20-base-image', [], { DIB_LOCAL_IMAGE: '/srv/base.qcow2' });
  expect(JSON.parse(local.stdout)).toMatchObject({
    name: 'base-image',
    location: '/srv/base.qcow2',
    step: 'root',
  });
  const fetched = run('lock.d/20-base-image', [], {
    DIB_CLOUD_IMAGES: 'https://images.example/9/',
    BASE_IMAGE_FILE: 'base.qcow2',
    SHA256SUMS: 'https://images.example/9/CHECKSUM',
  });
  const locations = fetched.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { location: string }).location);
  expect(locations).toEqual(['https://images.example/9/base.qcow2', 'https://images.example/9/CHECKSUM']);
});
