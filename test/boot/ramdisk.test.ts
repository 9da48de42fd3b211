import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyFolder } from '@kiln/testkit/rig/copy-folder.ts';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BootReport } from '@kiln/testkit';
import { findFreePort } from '@kiln/testkit/qemu/find-free-port.ts';
import { openIscsiSession } from './iscsi-initiator.ts';
import { bootPair, notify, said, startBootServer } from './ramdisk-machine.ts';
import { nxRun, testStore, workspaceRoot } from './nx-run.ts';

const output = join(workspaceRoot, 'dist/images/deploy-ramdisk');
const kernel = join(output, 'deploy-ramdisk.kernel');
const ramdisk = join(output, 'deploy-ramdisk.initramfs');
async function digestOfFile(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

describe('deploy-ramdisk', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kiln-ramdisk-'));
    // What an earlier run locked may be gone from the mirror when it is built once more.
    for (const target of ['lock', 'image']) {
      const run = await nxRun(`deploy-ramdisk:${target}`);
      expect(run.exitCode, run.output).toBe(0);
    }
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  test('is a kernel and a ramdisk, and no disk', async () => {
    expect((await readFile(kernel)).subarray(0x202, 0x206).toString()).toBe('HdrS');
    expect((await readFile(ramdisk)).readUInt32LE(0)).toBe(0xfd2fb528);
    // diskimage-builder's recipe (all modules, gzip) makes 106 MiB of the same packages.
    expect((await stat(ramdisk)).size).toBeLessThan(60 * 2 ** 20);
    await expect(stat(join(output, 'deploy-ramdisk.qcow2'))).rejects.toThrow('ENOENT');
  });

  test('`nx run deploy-ramdisk:boot`: its init, and a shell for `troubleshoot` before anything is done', async () => {
    const run = await nxRun('deploy-ramdisk:boot');
    expect(run.exitCode, run.output).toBe(0);
    const report = JSON.parse(await readFile(join(output, 'boot-bios.json'), 'utf8')) as BootReport;
    expect(report).toMatchObject({ profile: 'ramdisk', passed: true, counts: { fail: 0, skip: 0 } });
    const details = Object.fromEntries(report.checks.map(({ id, detail }) => [id, detail]));
    expect(details).toMatchObject({
      'boot-init': '/init',
      'boot-shell': '/dev/ttyS0',
      'boot-disk': 'vda',
      'boot-network': 'eth0 down',
      'boot-address': '10.0.2.15',
    });
  });

  test('shows its disk over iSCSI, asks for the image, and reboots once it is written', async () => {
    const disk = join(directory, 'disk.raw');
    await writeFile(disk, '');
    await truncate(disk, 16 * 2 ** 20);
    const server = await startBootServer();
    const iscsiPort = await findFreePort();
    const noticePort = await findFreePort();
    const name = 'iqn.2024-01.test:machine';
    const words = `quiet disk=sda,vda iscsi_target_iqn=${name} deployment_id=7 deployment_key=s3cret boot_server=10.0.2.2 deploy_port=${server.port} BOOTIF=01-52-54-00-12-34-56`;
    const machine = await bootPair(
      directory,
      { kernel, ramdisk, words },
      {
        disks: [{ file: disk, format: 'raw', use: 'own' }],
        forwards: [
          { hostPort: iscsiPort, guestPort: 3260 },
          { hostPort: noticePort, guestPort: 10_000 },
        ],
      },
    );
    try {
      await said(machine, /waiting until the image is written/);
      expect(Object.fromEntries(await server.posted('/'))).toEqual({
        i: '7',
        k: 's3cret',
        a: '10.0.2.15',
        n: name,
        e: '',
      });
      const session = await openIscsiSession(iscsiPort, name);
      const image = Buffer.alloc(1024, 'written by the boot server ');
      await session.write(1, 8, image);
      session.close();
      await notify(noticePort, machine, /ramdisk: all done, rebooting/);
      expect((await machine.ended).status).toBe('exit status 0');
      expect((await readFile(disk)).subarray(4096, 4096 + 1024).equals(image)).toBe(true);
    } finally {
      await machine.stop();
      server.close();
    }
  });

  test('is the same, byte for byte, from another folder, another store, and by another user', async () => {
    const again = await mkdtemp(join(workspaceRoot, 'dist/again-'));
    try {
      const image = 'images/deploy-ramdisk';
      for (const path of ['nx.json', 'elements', `${image}/image.yaml`, `${image}/image.lock.json`])
        await copyFolder(join(workspaceRoot, path), join(again, path));
      // Downloaded packages, but nothing that was made of them.
      const store = join(again, 'store');
      await mkdir(join(store, 'v1'), { recursive: true });
      await execa('cp', ['--archive', '--link', join(testStore, 'v1/caches'), join(store, 'v1')]);
      const kiln = join(workspaceRoot, 'tools/cli/bin/kiln.js');
      const words = [process.execPath, kiln, '-C', again, 'build', 'deploy-ramdisk'];
      const made = await execa('sh', ['-c', 'umask 027; exec "$@"', 'sh', ...words], {
        env: { KILN_STORE: store, ELEMENTS_PATH: '', TZ: 'Asia/Tokyo', HOME: again },
        reject: false,
        all: true,
      });
      expect(made.exitCode, made.all).toBe(0);
      expect(made.all).toMatch(/hook root\.d\/08-bootstrap/);
      for (const file of [kernel, ramdisk])
        expect(await digestOfFile(join(again, file.slice(workspaceRoot.length)))).toBe(
          await digestOfFile(file),
        );
    } finally {
      await rm(again, { recursive: true });
    }
  });
});
