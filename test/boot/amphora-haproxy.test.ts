import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ImageManifest } from '@kiln/engine/execute/artifacts/image-manifest.ts';
import { nxRun, type NxRun, workspaceRoot } from './nx-run.ts';

const output = join(workspaceRoot, 'dist/images/amphora-haproxy');
const artifact = join(output, 'amphora-haproxy.qcow2');

/** `image` itself always runs: it looks at what lies in dist/. */
function phasesThatRan(run: NxRun): readonly string[] {
  const phases = Object.entries(run.tasks).filter(([task]) => task !== 'amphora-haproxy:image');
  expect(phases.length).toBeGreaterThan(5);
  return phases.filter(([, status]) => status === 'cache-miss').map(([task]) => task);
}

describe('amphora-haproxy', () => {
  let first: NxRun;

  beforeAll(async () => {
    first = await nxRun('amphora-haproxy:image');
  });

  const manifest = (): ImageManifest =>
    JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as ImageManifest;

  test('builds, and the checksum beside the artifact is right', async () => {
    expect(first.exitCode, first.output).toBe(0);
    const checked = await execa('sha256sum', ['--check', 'amphora-haproxy.qcow2.sha256'], { cwd: output });
    expect(checked.stdout).toContain('amphora-haproxy.qcow2: OK');
  });

  test('is a qcow2 disk of the size asked for, compressed with zstd', async () => {
    const { stdout } = await execa('qemu-img', ['info', '--output=json', artifact]);
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'qcow2',
      'virtual-size': 2 * 2 ** 30,
      'format-specific': { data: { 'compression-type': 'zstd' } },
    });
  });

  test('has a manifest that says what is in it', () => {
    const { elements, packages, layers, artifacts } = manifest();
    expect(Object.keys(elements)).toEqual(Object.keys(elements).toSorted());
    expect(Object.keys(elements)).toEqual(
      expect.arrayContaining(['amphora-agent', 'debian-minimal', 'haproxy-octavia']),
    );
    const names = packages.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['octavia-agent', 'haproxy', 'keepalived', 'ipvsadm', 'cloud-init']),
    );
    expect(layers.map(({ step }) => step)).toContain('install');
    expect(artifacts).toEqual([
      expect.objectContaining({ format: 'qcow2', sizeBytes: statSync(artifact).size }),
    ]);
  });

  test('a second run takes every phase from the cache', async () => {
    const second = await nxRun('amphora-haproxy:image');
    expect(second.exitCode, second.output).toBe(0);
    expect(phasesThatRan(second)).toEqual([]);
  });

  test('comes back whole when dist/ was lost, without any phase running', async () => {
    const { artifacts } = manifest();
    rmSync(output, { recursive: true });
    const again = await nxRun('amphora-haproxy:image');
    expect(again.exitCode, again.output).toBe(0);
    expect(existsSync(artifact)).toBe(true);
    expect(manifest().artifacts).toEqual(artifacts);
    expect(phasesThatRan(again)).toEqual([]);
  });

  test('passes every offline check', async () => {
    const verified = await nxRun('amphora-haproxy:verify');
    expect(verified.exitCode, verified.output).toBe(0);
    expect(verified.output).toMatch(/passed: \d{2,} passed, 0 failed/);
  });

  test.each(['bios', 'uefi'])(
    'boots under %s, balances load, and forgets its keys in a reboot',
    async (firmware) => {
      const booted = await nxRun('amphora-haproxy:boot', ['--firmware', firmware]);
      expect(booted.exitCode, booted.output).toBe(0);
      for (const title of [
        'the agent refuses clients without a certificate',
        'the members answer in turn through the VIP',
        'the members answer in turn through TLS',
        'a reboot leaves no keys of listeners',
        'with its keys sent again, the load balancer works again',
      ]) {
        expect(booted.output).toContain(`ok    ${title}`);
      }
      expect(booted.output).toMatch(new RegExp(`passed \\(${firmware}\\): \\d+ passed, 0 failed`));
    },
  );
});
