import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';

const fragment = new URL('../init.d/81-deploy-kexec', import.meta.url).pathname;

/** What the fragment calls; \`tftp\` brings a PXE configuration. */
function kexec(found: 'found' | 'missing'): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-kexec-'));
  const script = `BOOT_MAC_ADDRESS=52:54:00:AB:CD:EF BOOT_SERVER=10.0.0.1
get_kernel_parameter() { echo images/deploy_kernel; }
err_msg() { echo "err_msg $1"; }
troubleshoot() { :; }
cd() { command cd ${folder}; }
tftp() { echo "tftp $*"; printf 'default boot\\nappend ignored\\n  append root=/dev/sda1 ro\\n' >"$7"; [ ${found} = found ]; }
kexec() { echo "kexec $*"; }
source ${fragment}`;
  try {
    const { stdout } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8', cwd: folder });
    return stdout.trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('fetches what PXE would boot next, and starts it', () => {
  expect(kexec('found').slice(0, 5)).toEqual([
    'tftp -g -b 1428 -r /tftpboot/pxelinux.cfg/01-52-54-00-ab-cd-ef -l pxe 10.0.0.1',
    'tftp -g -b 1428 -r images/kernel -l kernel 10.0.0.1',
    'tftp -g -b 1428 -r images/ramdisk -l ramdisk 10.0.0.1',
    'kexec -l kernel --initrd=ramdisk --command-line=root=/dev/sda1 ro',
    'kexec -e',
  ]);
});

test('starts nothing that is not there', () => {
  expect(kexec('missing')).toEqual([expect.stringContaining('tftp'), expect.stringContaining('err_msg')]);
});

elementTest('installs kexec', async (element) => {
  const built = await element.run();
  expect((await built.calls('install-packages')).join(' ')).toContain('kexec-tools');
});
