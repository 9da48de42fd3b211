import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { verifyArtifact, type VerificationReport } from '../../tools/testkit/src/index.ts';
import type { MemoryEntry } from '../../tools/testkit/src/disk/memory-reader.ts';
import { amphoraFiles, stanza } from '../../tools/testkit/test/verify/amphora/amphora-tree.ts';
import { kernelVersion } from '../../tools/testkit/test/verify/healthy-tree.ts';
import { root, testOn, tools } from '../host-needs.ts';

const needs = [root, tools('mke2fs', 'debugfs', 'e2fsck')];
const gibibyte = 1024 ** 3;

type Files = Readonly<Record<string, MemoryEntry | undefined>>;

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kiln-verify-amphora-'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** First bytes of a program for x86_64. */
const elf = Buffer.alloc(20);
elf.write('\x7fELF\x02\x01\x01', 'latin1');
elf.writeUInt16LE(62, 18);

/** A disk of 2 GiB with one small filesystem that holds an amphora, as somebody else may have built it. */
function writeImage(name: string, changes: Files = {}): string {
  const tree = join(directory, `${name}.tree`);
  const files: Files = { ...amphoraFiles, '/usr/bin/env': { mode: 0o755, content: elf }, ...changes };
  for (const [path, entry] of Object.entries(files))
    if (entry !== undefined) writeEntry(join(tree, path), entry);
  const image = join(directory, `${name}.raw`);
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-L', 'cloudimg-rootfs', '-d', tree, image, '16M']);
  truncateSync(image, 2 * gibibyte);
  rmSync(tree, { recursive: true });
  return image;
}

function writeEntry(path: string, entry: MemoryEntry): void {
  const said = typeof entry === 'string' ? { content: entry } : entry;
  mkdirSync(dirname(path), { recursive: true });
  if ('link' in said) return symlinkSync(said.link, path);
  if (said.kind === 'directory') {
    mkdirSync(path, { recursive: true });
    return chmodSync(path, said.mode ?? 0o755);
  }
  // Device nodes are none of an amphora's business.
  if (said.kind !== undefined) return undefined;
  writeFileSync(path, said.content ?? '');
  return chmodSync(path, said.mode ?? 0o644);
}

function call(command: string, ...args: readonly string[]) {
  const file = new URL(`../../tools/cli/bin/${command}.js`, import.meta.url).pathname;
  const { status, stdout } = spawnSync(process.execPath, [file, ...args], {
    encoding: 'utf8',
    cwd: directory,
  });
  return { status, stdout };
}

/** Checks that fail, where nothing is known of the file. */
async function failuresOf(artifact: string): Promise<readonly string[]> {
  return failed(await verifyArtifact({ artifact, profile: 'detect', temporaryDirectory: directory }));
}

function failed(report: VerificationReport): readonly string[] {
  return report.checks.filter((check) => check.status === 'fail').map(({ id }) => id);
}

const status = String(amphoraFiles['/var/lib/dpkg/status']);

/** One way to break an amphora each, and the one check that sees it. */
const breakages: readonly (readonly [what: string, changes: Files, check: string])[] = [
  ['no agent', { '/usr/bin/amphora-agent': undefined }, 'amphora-agent'],
  ['no HAProxy', { '/var/lib/dpkg/status': status.replace(stanza('haproxy'), '') }, 'amphora-packages'],
  ['a compiler', { '/var/lib/dpkg/status': `${status}\n${stanza('gcc')}` }, 'amphora-build-tools'],
  ['a baked-in key', { '/etc/octavia/certs/server.pem': 'key' }, 'amphora-configuration'],
  [
    'HAProxy starts by itself',
    {
      '/etc/systemd/system/multi-user.target.wants/haproxy.service': {
        link: '/lib/systemd/system/haproxy.service',
      },
    },
    'amphora-units',
  ],
  ['modules of another kernel', { '/usr/lib/modules/5.10.0-1/modules.dep': 'x' }, 'kernel'],
  [
    'a kernel without IPVS',
    { [`/usr/lib/modules/${kernelVersion}/modules.dep`]: 'kernel/brd.ko:\n' },
    'amphora-kernel-modules',
  ],
  ['settings of 2019', { '/etc/sysctl.d/zz.conf': 'fs.nr_open = 2097152\n' }, 'amphora-sysctl'],
  ['keys on the disk', { '/usr/local/bin/certfs-ramfs': undefined }, 'amphora-certs-ramfs'],
  ['no log socket', { '/etc/rsyslog.d/55-octavia-socket.conf': undefined }, 'amphora-logging'],
  ['names by DNS', { '/etc/resolv.conf': 'nameserver 192.0.2.1\n' }, 'amphora-names'],
  ['a host key', { '/etc/ssh/ssh_host_rsa_key': 'key' }, 'ssh-host-keys'],
];

describe('an amphora that somebody else built', () => {
  testOn(needs, 'passes kiln verify and image-tests.sh, and is mounted through loopback', async () => {
    const image = writeImage('good');
    const verified = call('kiln', 'verify', '--json', image);
    expect(verified.status).toBe(0);
    expect(failed(JSON.parse(verified.stdout) as VerificationReport)).toEqual([]);
    expect(verified.stdout).toContain('amphora-agent');
    const tested = call('image-tests.sh', '--full', image);
    expect(tested).toMatchObject({ status: 0 });
    expect(tested.stdout).toMatch(/^Amphora image size is correct\n[^]*\nAmphora image looks good\.\n$/);
    expect(tested.stdout).not.toContain('ERROR');
    expect(call('image-tests.sh', '--compat', image)).toMatchObject({ status: 1 });
    // Nothing stays mounted, unpacked, or attached.
    expect(readdirSync(directory).filter((name) => name.startsWith('good'))).toEqual(['good.raw']);
  });

  testOn(needs, 'broken in twelve ways, fails twelve checks, one each', async () => {
    const seen = await Promise.all(
      breakages.map(([, changes], index) => failuresOf(writeImage(`broken-${index}`, changes))),
    );
    expect(seen).toEqual(breakages.map(([, , check]) => [check]));
    expect(new Set(seen.flat()).size).toBe(breakages.length);
  });

  testOn(needs, 'that is damaged fails kiln verify', async () => {
    const image = writeImage('damaged', { '/etc/octavia/amphora-agent.conf': '[DEFAULT]' });
    const { status: exitCode, stdout } = call('kiln', 'verify', image);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/FAIL.*no configuration and no key is baked in/i);
  });

  testOn(needs, 'that lacks keepalived or has another size is refused by image-tests.sh', async () => {
    const image = writeImage('small', { '/var/lib/dpkg/status': status.replace(stanza('keepalived'), '') });
    truncateSync(image, 3 * gibibyte);
    const { status: exitCode, stdout } = call('image-tests.sh', image);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('ERROR: Amphora image size is 3GB, not 2GB\n');
    expect(stdout).toContain('HAProxy package found in the Amphora image\n');
    expect(stdout).toContain('ERROR: keepalived package not found in the Amphora image\n');
    expect(stdout).not.toContain('looks good');
  });

  testOn(needs, 'that is not there is told with its path', async () => {
    expect(call('image-tests.sh', directory)).toEqual({
      status: 1,
      stdout: `ERROR: Amphora image not found at: ${join(directory, 'amphora-x64-haproxy.qcow2')}\n`,
    });
  });
});
