import { copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@kiln/testkit/qemu/find-free-port.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openIscsiSession } from './iscsi-initiator.ts';
import { nxRun, workspaceRoot } from './nx-run.ts';
import { bootPair, notify, said, startBootServer } from './ramdisk-machine.ts';

const output = join(workspaceRoot, 'dist/images/service-ramdisk');
const kernel = join(output, 'service-ramdisk.kernel');
const ramdisk = join(output, 'service-ramdisk.initramfs');
const megabytes = 16;
const target = 'iqn.2024-01.test:machine';

/** The word that only the kernel of the deployed system has on its command line. */
const marker = 'kiln.deployed=yes';

/** What the boot server has by TFTP: the configuration of the next start, a kernel, and a ramdisk that need not be one. */
async function writeBootFiles(folder: string): Promise<void> {
  await mkdir(join(folder, 'tftpboot/pxelinux.cfg'), { recursive: true });
  await mkdir(join(folder, 'images'));
  const lines = ['default boot', 'label boot', '  kernel kernel', `  append console=ttyS0 panic=1 ${marker}`];
  await writeFile(join(folder, 'tftpboot/pxelinux.cfg/01-52-54-00-12-34-56'), `${lines.join('\n')}\n`);
  await copyFile(kernel, join(folder, 'images/kernel'));
  await writeFile(join(folder, 'images/ramdisk'), Buffer.alloc(4096));
}

async function emptyDisk(file: string) {
  await writeFile(file, '');
  await truncate(file, megabytes * 2 ** 20);
  return { file, format: 'raw', use: 'own' } as const;
}

describe('service-ramdisk', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kiln-service-'));
    const run = await nxRun('service-ramdisk:image');
    expect(run.exitCode, run.output).toBe(0);
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  test('tells what the machine is, tests it, shows its disk by tgtd, and starts what was deployed by kexec', async () => {
    const [system, spare] = [
      await emptyDisk(join(directory, 'vda.raw')),
      await emptyDisk(join(directory, 'vdb.raw')),
    ];
    const tftpFolder = join(directory, 'tftp');
    await writeBootFiles(tftpFolder);
    const server = await startBootServer();
    const [iscsiPort, noticePort] = [await findFreePort(), await findFreePort()];
    const words = [
      'BOOTIF=01-52-54-00-12-34-56 BOOT_IMAGE=images/deploy_kernel boot_server=10.0.2.2',
      `HW_DISCOVERY_URL=http://10.0.2.2:${server.port}/inventory`,
      'HW_BURNIN_MEMORY=4M HW_BURNIN_LOOPS=1 HW_BURNIN_DISKS=vdb',
      `disk=vda iscsi_target_iqn=${target} deployment_id=7 deployment_key=k deploy_port=${server.port}`,
    ].join(' ');
    const machine = await bootPair(
      directory,
      { kernel, ramdisk, words: `quiet ${words}` },
      {
        disks: [system, spare],
        tftpFolder,
        forwards: [
          { hostPort: iscsiPort, guestPort: 3260 },
          { hostPort: noticePort, guestPort: 10_000 },
        ],
      },
    );
    try {
      const report = await server.posted('/inventory');
      expect(report.get('hwdiscovery')).toBe('true');
      const inventory: unknown = JSON.parse(
        Buffer.from(report.get('hwdiscovery_data') ?? '', 'base64').toString(),
      );
      expect(inventory).toMatchObject({
        'cpu cores': '2',
        'disk size': `${2 * megabytes * 2 ** 20} bytes`,
        'pxe mac': '52:54:00:12:34:56',
        disks: { vda: String(megabytes * 2 ** 20), vdb: String(megabytes * 2 ** 20) },
      });
      const raw = (inventory as { readonly 'extra data': Readonly<Record<string, string>> })['extra data'];
      const decoded = (key: string): string => Buffer.from(raw[key] ?? '', 'base64').toString();
      expect(decoded('raw disk')).toContain('/dev/vdb');
      expect(decoded('raw network')).toContain('52:54:00:12:34:56');

      await said(machine, /hwburnin: memory: passed/);
      await said(machine, /hwburnin: vdb: passed/);
      expect((await readFile(spare.file)).every((byte) => byte === 0)).toBe(false);
      expect((await readFile(system.file)).every((byte) => byte === 0)).toBe(true);

      await said(machine, /waiting until the image is written/);
      expect((await server.posted('/')).get('e')).toBe('');
      const session = await openIscsiSession(iscsiPort, target);
      const image = Buffer.alloc(1024, 'written by the boot server ');
      await session.write(1, 8, image);
      session.close();
      await notify(noticePort, machine, new RegExp(`Kernel command line:.*${marker}`));
      expect((await readFile(system.file)).subarray(4096, 4096 + 1024).equals(image)).toBe(true);
    } finally {
      await machine.stop();
      server.close();
    }
  });
});
