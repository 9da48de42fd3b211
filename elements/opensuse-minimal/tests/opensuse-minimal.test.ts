import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const element = resolve(import.meta.dirname, '..');

function repositories(variables: Readonly<Record<string, string>>) {
  const script = `source ${element}/environment.d/10-opensuse-minimal.bash; exec ${element}/lock.d/10-rpm-indexes`;
  const env = { PATH: '/usr/bin:/bin', ...variables };
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-euc', script], { encoding: 'utf8', env });
  const locations = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { location: string }).location);
  return { locations, stderr };
}

test('Leap has updates, Tumbleweed has none', () => {
  const mirror = { DIB_DISTRIBUTION_MIRROR: 'http://mirror.example/' };
  expect(repositories(mirror).locations).toEqual([
    'http://mirror.example/distribution/leap/15.6/repo/oss/repodata/repomd.xml',
    'http://mirror.example/update/leap/15.6/oss/repodata/repomd.xml',
  ]);
  expect(repositories({ ...mirror, DIB_RELEASE: 'tumbleweed' }).locations).toEqual([
    'http://mirror.example/tumbleweed/repo/oss/repodata/repomd.xml',
  ]);
});

test('says what to set, and refuses a password', () => {
  expect(repositories({}).stderr).toContain('DIB_DISTRIBUTION_MIRROR');
  expect(repositories({ DIB_ZYPPER_REPOS: 'a|https://u:p@x.example' }).stderr).toContain('password');
});
