import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { testOn, tools } from '../host-needs.ts';

const bin = join(import.meta.dirname, '../../tools/cli/bin/disk-image-get-kernel.js');

testOn(
  [tools('mke2fs', 'debugfs', 'qemu-img')],
  'a kernel and its ramdisk come out of a qcow2 disk whole',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kiln-get-kernel-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const content = (name: string) => `${name} `.repeat(100_000);
    for (const path of ['tree/boot', 'tree/etc', 'tree/usr', 'out'])
      mkdirSync(join(folder, path), { recursive: true });
    for (const version of ['6.1.0-9', '6.1.0-10'])
      for (const name of [`vmlinuz-${version}`, `initrd.img-${version}`])
        writeFileSync(join(folder, 'tree/boot', name), content(name));
    writeFileSync(join(folder, 'disk.raw'), '');
    truncateSync(join(folder, 'disk.raw'), 32 * 2 ** 20);
    execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', 'tree', 'disk.raw'], { cwd: folder });
    execFileSync('qemu-img', ['convert', '-O', 'qcow2', 'disk.raw', 'disk.qcow2'], { cwd: folder });

    const ran = spawnSync(process.execPath, [bin, '-i', 'disk.qcow2', '-d', 'out', '-o', 'web'], {
      cwd: folder,
    });
    expect(ran.stderr.toString()).toContain('deprecated');
    expect(ran.status).toBe(0);
    expect(readdirSync(join(folder, 'out')).toSorted()).toEqual(['web-initrd', 'web-vmlinuz']);
    expect(readFileSync(join(folder, 'out/web-vmlinuz'), 'utf8')).toBe(content('vmlinuz-6.1.0-10'));
    expect(readFileSync(join(folder, 'out/web-initrd'), 'utf8')).toBe(content('initrd.img-6.1.0-10'));
  },
);
