import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const elements = new URL('../../elements', import.meta.url).pathname;

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'apt-sources-'));
  copyFileSync(join(elements, 'debootstrap/apt-source-lines.bash'), join(folder, 'apt-source-lines.bash'));
  // Stands in for the host's apt: what it is configured to use.
  writeFileSync(join(folder, 'apt-get'), '#!/bin/sh\nprintf "%s\\n" "$APT_TARGETS"\n');
  chmodSync(join(folder, 'apt-get'), 0o755);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What an element of a distribution finds, as the hooks of `debootstrap` ask it. */
function sourcesOf(element: string, variables: Readonly<Record<string, string>>) {
  copyFileSync(join(elements, element, 'apt-sources.bash'), join(folder, 'apt-sources.bash'));
  const script = `source ${join(elements, element, `environment.d/10-${element}.bash`)}; source ${folder}/apt-sources.bash; apt_sources`;
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-euc', script], {
    encoding: 'utf8',
    env: { PATH: `${folder}:/usr/bin:/bin`, ARCH: 'amd64', APT_TARGETS: '', ...variables },
  });
  return { status, lines: stdout.split('\n').filter(Boolean), stderr };
}

const mirror = 'http://mirror.example/os/';

describe.each([
  ['debian-minimal', 'bookworm', 'main', 'Debian'],
  ['ubuntu-minimal', 'noble', 'main restricted universe', 'Ubuntu'],
])('%s', (element, release, components, origin) => {
  it('takes packages and updates from a mirror that is given', () => {
    const { lines } = sourcesOf(element, { DIB_DISTRIBUTION_MIRROR: mirror });
    expect(lines.slice(0, 2)).toEqual([
      `default:deb http://mirror.example/os ${release} ${components}`,
      `updates:deb http://mirror.example/os ${release}-updates ${components}`,
    ]);
  });

  it('takes them from where apt on the host does, and from there alone', () => {
    const targets = ['', '-security'].map(
      (suite) =>
        `${release}${suite}|${release}${suite}|stable${suite}|${origin}|http://host.example/os${suite}/`,
    );
    const { lines } = sourcesOf(element, { APT_TARGETS: targets.join('\n') });
    expect(lines[0]).toBe(`default:deb http://host.example/os ${release} ${components}`);
    expect(lines.at(-1)).toBe(
      `security:deb http://host.example/os-security ${release}-security ${components}`,
    );
  });

  it('does not take another distribution’s release of the same name', () => {
    const other = `${release}|${release}|stable|Elsewhere|http://other.example/os/`;
    const { status, lines, stderr } = sourcesOf(element, { APT_TARGETS: other });
    expect({ status, lines }).toEqual({ status: 1, lines: [] });
    expect(stderr).toMatch(
      new RegExp(`^${element}: apt on this host has no source for ${origin} '${release}'`),
    );
  });

  it('takes whole lines as they are', () => {
    const line = 'own:deb [trusted=yes] http://mirror.example/x ./';
    expect(sourcesOf(element, { DIB_APT_SOURCES_CONF: `\n  ${line}\n` }).lines).toEqual([line]);
  });
});

it('a mirror of Ubuntu has the security updates, too', () => {
  const security = (variables: Readonly<Record<string, string>>) =>
    sourcesOf('ubuntu-minimal', { DIB_DISTRIBUTION_MIRROR: mirror, ...variables }).lines[2];
  expect(security({})).toBe('security:deb http://mirror.example/os noble-security main restricted universe');
  expect(security({ DIB_UBUNTU_SECURITY_MIRROR: 'http://s.example/u' })).toMatch(
    /^security:deb http:\/\/s\.example\/u /,
  );
  expect(security({ DIB_UBUNTU_SECURITY_MIRROR: 'none' })).toBeUndefined();
});
