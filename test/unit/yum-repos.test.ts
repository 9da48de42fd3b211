import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const elements = new URL('../../elements', import.meta.url).pathname;

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'yum-repos-'));
  // Its /etc is the host's.
  const lines = readFileSync(join(elements, 'yum-minimal/yum-repo-lines.bash'), 'utf8');
  writeFileSync(join(folder, 'yum-repo-lines.bash'), lines.replaceAll(' /etc/', ` ${folder}/etc/`));
  mkdirSync(join(folder, 'etc/yum.repos.d'), { recursive: true });
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Host {
  readonly release: string;
  readonly repositories: string;
}

const debian: Host = { release: 'ID=debian\nVERSION_ID="12"\n', repositories: '' };

/** What an element of a distribution finds, as the hooks of `yum-minimal` ask it. */
function reposOf(element: string, variables: Readonly<Record<string, string>>, host = debian) {
  writeFileSync(join(folder, 'etc/os-release'), host.release);
  writeFileSync(join(folder, 'etc/yum.repos.d/host.repo'), host.repositories);
  copyFileSync(join(elements, element, 'yum-repos.bash'), join(folder, 'yum-repos.bash'));
  const script = `source ${join(elements, element, `environment.d/10-${element}.bash`)}; source ${folder}/yum-repos.bash; yum_repos`;
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-euc', script], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', ARCH: 'amd64', ...variables },
  });
  return { status, lines: stdout.split('\n').filter(Boolean), stderr };
}

const mirror = { DIB_DISTRIBUTION_MIRROR: 'http://mirror.example/os/' };

describe('below a mirror', () => {
  it.each([
    ['centos-minimal', {}, ['baseos|/9-stream/BaseOS/x86_64/os', 'appstream|/9-stream/AppStream/x86_64/os']],
    [
      'rocky-minimal',
      { DIB_RELEASE: '10', ARCH: 'arm64' },
      ['baseos|/10/BaseOS/aarch64/os', 'appstream|/10/AppStream/aarch64/os'],
    ],
    [
      'fedora-minimal',
      {},
      ['fedora|/releases/42/Everything/x86_64/os', 'updates|/updates/42/Everything/x86_64'],
    ],
    ['fedora-minimal', { DIB_RELEASE: 'rawhide' }, ['fedora|/releases/rawhide/Everything/x86_64/os']],
  ] as const)('%s %o', (element, variables, expected) => {
    const { lines } = reposOf(element, { ...mirror, ...variables });
    expect(lines).toEqual(expected.map((line) => line.replace('|', '|http://mirror.example/os')));
  });
});

const rocky: Host = {
  release: 'ID="rocky"\nVERSION_ID="9.4"\n',
  repositories: [
    '[baseos]\nbaseurl=http://host.example/$releasever/BaseOS/$basearch/os/\nenabled=1',
    '[crb]\nbaseurl = http://host.example/crb/\nenabled = 0',
    '[extras]\nmirrorlist=https://mirrors.example/',
    '[local]\nbaseurl=http://host.example/$unknown/',
    '',
  ].join('\n'),
};

describe('rocky-minimal', () => {
  it('takes what a host of the same distribution and release uses', () => {
    const { lines } = reposOf('rocky-minimal', {}, rocky);
    expect(lines).toEqual(['baseos|http://host.example/9/BaseOS/x86_64/os']);
  });

  it.each([
    ['on another host', {}, debian],
    ['for another release', { DIB_RELEASE: '10' }, rocky],
  ])('says what to set %s', (_, variables, host) => {
    const { status, stderr } = reposOf('rocky-minimal', variables, host);
    expect(status).toBe(1);
    expect(stderr).toContain('DIB_DISTRIBUTION_MIRROR');
  });

  it('takes repositories that are named, whatever the host has', () => {
    const { lines } = reposOf('rocky-minimal', { DIB_YUM_REPOS: 'a|http://a.example/ b|file:///b' }, rocky);
    expect(lines).toEqual(['a|http://a.example', 'b|file:///b']);
  });

  it('refuses a password, and what is no repository', () => {
    expect(reposOf('rocky-minimal', { DIB_YUM_REPOS: 'a|http://u:p@a.example' }).stderr).toContain(
      'password',
    );
    expect(reposOf('rocky-minimal', { DIB_YUM_REPOS: 'http://a.example' }).stderr).toContain('<id>|<URL>');
    expect(reposOf('rocky-minimal', { ...mirror, DIB_RELEASE: '8' }).stderr).toContain('another form');
  });
});
