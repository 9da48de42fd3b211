import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort } from '@kiln/testkit/qemu/find-free-port.ts';
import { type Machine, startMachine, type StartMachineRequest } from '@kiln/testkit/qemu/start-machine.ts';
import { openIscsiSession } from './iscsi-initiator.ts';
import { nxRun, workspaceRoot } from './nx-run.ts';

const output = join(workspaceRoot, 'dist/images/deploy-ramdisk');
const kernel = join(output, 'deploy-ramdisk.kernel');
const ramdisk = join(output, 'deploy-ramdisk.initramfs');
const timeoutMs = 180_000;

/** A busy host may let TCG miss the ticks by which the kernel checks its timer. */
const usualWords = 'console=ttyS0 quiet panic=1 no_timer_check';

async function boot(
  directory: string,
  words: string,
  more: Partial<StartMachineRequest> = {},
): Promise<Machine> {
  return startMachine({
    disks: [],
    memoryMebibytes: 1024,
    firmware: 'bios',
    logDirectory: directory,
    kernel: { file: kernel, initrd: ramdisk, commandLine: `${usualWords} ${words}` },
    ...more,
  });
}

/** Waits for a text on the console; what was said until then is the message if it never comes. */
async function said(machine: Machine, expression: RegExp, from = 0): Promise<number> {
  const found = await machine.console.waitFor(expression, { timeoutMs, from });
  if ('failure' in found) throw new Error(`${expression}: ${found.failure}\n${machine.console.text()}`);
  return found.endsAt;
}

/** Connects until the machine is gone: it may not listen yet. It closes first, and then this side does. */
function notify(port: number, machine: Machine): void {
  let hasEnded = false;
  void machine.ended.then(() => (hasEnded = true));
  const knock = (): void => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => hasEnded || setImmediate(knock));
    socket.resume();
  };
  knock();
}

/** Stands for the boot server: settles with what the ramdisk posts. */
function bootServer(): { readonly server: Server; readonly request: Promise<URLSearchParams> } {
  const server = createServer();
  const request = new Promise<URLSearchParams>((resolve) => {
    server.on('request', (incoming, response) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        response.end();
        resolve(new URLSearchParams(body));
      });
    });
  });
  return { server, request };
}

describe('deploy-ramdisk', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kiln-ramdisk-'));
    const built = await nxRun('deploy-ramdisk:image');
    expect(built.exitCode, built.output).toBe(0);
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

  test('gives a shell for `troubleshoot`, with drivers loaded and before anything is done', async () => {
    const machine = await boot(directory, 'troubleshoot');
    try {
      const at = await said(machine, /Starting a shell for troubleshooting/);
      await said(machine, /# $/, at);
      machine.console.write('tty; echo "state=$(cat /sys/class/net/eth0/operstate)"; exit\n');
      await said(machine, /^\/dev\/ttyS0$/m, at);
      await said(machine, /^state=down$/m, at);
      await said(machine, /ramdisk: network on eth0/, at);
    } finally {
      await machine.stop();
    }
  });

  test('shows its disk over iSCSI, asks for the image, and reboots once it is written', async () => {
    const disk = join(directory, 'disk.raw');
    await writeFile(disk, '');
    await truncate(disk, 16 * 2 ** 20);
    const { server, request } = bootServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const iscsiPort = await findFreePort();
    const noticePort = await findFreePort();
    const name = 'iqn.2024-01.test:machine';
    const machine = await boot(
      directory,
      `disk=sda,vda iscsi_target_iqn=${name} deployment_id=7 deployment_key=s3cret boot_server=10.0.2.2 deploy_port=${port} BOOTIF=01-52-54-00-12-34-56`,
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
      expect(Object.fromEntries(await request)).toEqual({
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
      notify(noticePort, machine);
      await said(machine, /ramdisk: all done, rebooting/);
      expect((await machine.ended).status).toBe('exit status 0');
      expect((await readFile(disk)).subarray(4096, 4096 + 1024).equals(image)).toBe(true);
    } finally {
      await machine.stop();
      server.close();
    }
  });
});
