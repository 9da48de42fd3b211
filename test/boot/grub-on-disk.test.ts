import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installBiosGrub } from '@kiln/engine/block-device/writing/install-bios-grub.ts';
import { parseBlockDevice } from '@kiln/engine/block-device/configuration/parse-block-device.ts';
import { planDiskLayout } from '@kiln/engine/block-device/layout/plan-disk-layout.ts';
import { writeDisk } from '@kiln/engine/block-device/writing/write-disk.ts';
import { convertDisk } from '@kiln/engine/formats/convert-disk.ts';
import { createRunner } from '@kiln/engine/sandbox/command-runner.ts';
import { findPrivilege } from '@kiln/engine/sandbox/privilege.ts';
import type { Runner } from '@kiln/engine/util/runner.ts';
import { findUefiFirmware } from '@kiln/testkit/qemu/find-uefi-firmware.ts';
import { missingTools } from '../system/disk-rig.ts';

/** GRUB with all it needs inside: finds the root by its label, shows a file of it on the serial console, turns the machine off. */
const greeting = `serial --unit=0 --speed=115200
terminal_output serial
search --no-floppy --label cloudimg-rootfs --set=root
cat /greeting
halt
`;
const modules = [
  'part_msdos',
  'part_gpt',
  'ext2',
  'fat',
  'serial',
  'terminal',
  'search',
  'search_label',
  'cat',
  'halt',
];

const missing = [
  ...missingTools(['qemu-system-x86_64', 'qemu-img', 'grub-mkimage', 'mke2fs', 'mkfs.vfat', 'mcopy']),
  ...['i386-pc', 'x86_64-efi'].map((target) => `/usr/lib/grub/${target}`).filter((path) => !existsSync(path)),
];
const isSkipped = missing.length > 0 && process.env['CI'] === undefined;

const rootPartition = { name: 'root', size: '100%', mkfs: { mount: { mount_point: '/' } } };
const biosBoot = { name: 'BSP', type: 'EF02', size: '1MiB' };
const esp = {
  name: 'ESP',
  type: 'EF00',
  size: '40MiB',
  mkfs: { type: 'vfat', mount: { mount_point: '/boot/efi' } },
};
const layouts = {
  mbr: { label: 'mbr', partitions: [{ ...rootPartition, flags: ['boot', 'primary'] }] },
  gpt: { label: 'gpt', partitions: [esp, biosBoot, rootPartition] },
} as const;

describe.skipIf(isSkipped)(
  `GRUB on a written disk${isSkipped ? ` (the host lacks ${missing.join(', ')})` : ''}`,
  () => {
    let directory: string;
    let run: Runner;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'kiln-grub-'));
      run = createRunner(await findPrivilege());
      await writeFile(join(directory, 'early.cfg'), greeting);
      await run(['mkdir', '-p', `${directory}/tree/boot/efi/EFI/BOOT`]);
      await writeFile(join(directory, 'greeting'), 'GRUB found its root\n');
      await run(['cp', join(directory, 'greeting'), `${directory}/tree/greeting`]);
      const [embedded, core, efi] = ['early.cfg', 'core.img', 'tree/boot/efi/EFI/BOOT/BOOTX64.EFI'].map(
        (name) => join(directory, name),
      );
      const prefix = ['-c', embedded ?? '', '-p', '/boot/grub'];
      await run(['grub-mkimage', '-O', 'i386-pc', '-o', core ?? '', ...prefix, 'biosdisk', ...modules]);
      await run(['grub-mkimage', '-O', 'x86_64-efi', '-o', efi ?? '', ...prefix, ...modules]);
    });
    afterAll(() => run(['rm', '-rf', directory]));

    async function makeDisk(name: keyof typeof layouts): Promise<string> {
      const configuration = [
        { local_loop: { name: 'image0' } },
        { partitioning: { base: 'image0', ...layouts[name] } },
      ];
      const graph = parseBlockDevice(configuration);
      if (!graph.ok) throw new Error('the configuration of this test is wrong');
      const tree = { treeBytes: 2e6, treeInodes: 20, rootFilesystem: 'ext4', seed: name };
      const layout = planDiskLayout({ graph: graph.value, sizeBytes: 256 * 2 ** 20, ...tree });
      if (!layout.ok) throw new Error('the layout of this test is wrong');
      const diskFile = join(directory, name);
      await writeDisk({
        layout: layout.value,
        treeDirectory: `${directory}/tree`,
        diskFile,
        epochSeconds: 1_600_000_000,
        run,
      });
      const bootImage = await readFile('/usr/lib/grub/i386-pc/boot.img');
      const coreImage = await readFile(join(directory, 'core.img'));
      await installBiosGrub({ layout: layout.value, diskFile, bootImage, coreImage, run });
      const targetFile = `${diskFile}.qcow2`;
      await convertDisk({
        format: 'qcow2',
        diskFile,
        targetFile,
        compression: 'zstd',
        seed: name,
        source: 'keep',
        run,
      });
      return targetFile;
    }

    /** What the machine says on its serial console until it turns itself off. */
    async function boot(disk: string, firmware: readonly string[]): Promise<string> {
      const machine = [
        '-machine',
        'q35,accel=tcg',
        '-m',
        '256',
        '-nodefaults',
        '-display',
        'none',
        '-serial',
        'stdio',
        '-no-reboot',
      ];
      const drive = ['-drive', `file=${disk},format=qcow2,if=virtio,snapshot=on`];
      const result = await run(['timeout', '300', 'qemu-system-x86_64', ...machine, ...firmware, ...drive], {
        allowFailure: true,
      });
      return result.stdout;
    }

    test.each(['mbr', 'gpt'] as const)('a BIOS starts it from %s', async (name) => {
      expect(await boot(await makeDisk(name), [])).toContain('GRUB found its root');
    });

    test('UEFI starts it from the EFI system partition', async ({ skip }) => {
      const firmware = await findUefiFirmware();
      if (firmware === undefined) return skip('the host lacks UEFI firmware (package ovmf)');
      const variables = join(directory, 'variables.fd');
      await run(['cp', firmware.variablesFile, variables]);
      const flash = (file: string, more: string) => ['-drive', `if=pflash,format=raw,file=${file}${more}`];
      const options = [...flash(firmware.codeFile, ',readonly=on'), ...flash(variables, '')];
      expect(await boot(await makeDisk('gpt'), options)).toContain('GRUB found its root');
    });
  },
);
