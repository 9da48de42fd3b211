import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const element = resolve(import.meta.dirname, '..');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
let folder = '';

/** A repository with one file of metadata that dnf reads, and one that it does not; its index is locked. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yum-minimal-'));
  mkdirSync(join(folder, 'repository/repodata'), { recursive: true });
  mkdirSync(join(folder, 'sources/file'), { recursive: true });
  writeFileSync(join(folder, 'repository/repodata/primary.xml.gz'), 'packages');
  const data = (type: string, file: string, text: string) =>
    `<data type="${type}"><checksum type="sha256">${sha256(text)}</checksum><location href="repodata/${file}"/></data>`;
  const index = `<repomd>${data('primary', 'primary.xml.gz', 'packages')}\n${data('other', 'other.xml.gz', 'x')}</repomd>`;
  writeFileSync(join(folder, 'sources/file/rpm-baseos'), index);
});
afterEach(() => rmSync(folder, { recursive: true }));

function place() {
  const url = `file://${folder}/repository`;
  const env = {
    PATH: '/usr/bin:/bin',
    DIB_IMAGE_CACHE: join(folder, 'cache'),
    KILN_SOURCES: join(folder, 'sources'),
  };
  const input = `baseos|${url}\n`;
  const words = [join(folder, 'root')];
  const run = spawnSync(join(element, 'place-locked-metadata'), words, { encoding: 'utf8', env, input });
  return {
    ...run,
    repodata: join(folder, 'root/var/cache/dnf', `baseos-${sha256(url).slice(0, 16)}`, 'repodata'),
  };
}

test('metadata lies where dnf looks for it, as it was locked', () => {
  const { status, stderr, repodata } = place();
  expect([status, stderr]).toEqual([0, '']);
  expect(readFileSync(join(repodata, 'primary.xml.gz'), 'utf8')).toBe('packages');
  expect(readFileSync(join(repodata, 'repomd.xml'), 'utf8')).toContain('<repomd>');
  expect(existsSync(join(repodata, 'other.xml.gz'))).toBe(false);
});

test('what was fetched once is not fetched again', () => {
  place();
  rmSync(join(folder, 'repository'), { recursive: true });
  rmSync(join(folder, 'root'), { recursive: true });
  expect(place().status).toBe(0);
});

test('a repository that moved is a failure, and nothing of it is kept', () => {
  writeFileSync(join(folder, 'repository/repodata/primary.xml.gz'), 'newer packages');
  const { status, stderr, repodata } = place();
  expect(status).toBe(1);
  expect(stderr).toContain("refresh the image's lock");
  expect(existsSync(join(repodata, 'primary.xml.gz'))).toBe(false);
});
