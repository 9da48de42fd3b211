import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';

const fragment = (name: string): string => new URL(`../init.d/${name}`, import.meta.url).pathname;

/** What a script prints that may call the functions of /init. */
function printed(script: string): string {
  const lines = `source ${fragment('00-ramdisk-functions')} >/dev/null\nPATH=/usr/bin:/bin\n${script}`;
  return execFileSync('bash', ['--norc', '-c', lines], { encoding: 'utf8' }).trimEnd();
}

test('disks and partitions', () => {
  expect(
    printed('for d in sda2 /dev/vdb nvme0n1p3 nvme0n1 mmcblk0p1 cciss/c0d0p2; do whole_disk_name $d; done'),
  ).toBe(
    ['/dev/sda', '/dev/vdb', '/dev/nvme0n1', '/dev/nvme0n1', '/dev/mmcblk0', '/dev/cciss/c0d0'].join('\n'),
  );
  expect(printed('whole_disk_name loop0 >/dev/null || echo unknown')).toBe('unknown');
  expect(printed('partition_name sda 2; partition_name /dev/nvme0n1 2')).toBe('/dev/sda2\n/dev/nvme0n1p2');
});

test('the first error is kept for the boot server, without what a URL cannot hold', () => {
  expect(
    printed('err_msg "no disk: é&x=1" >/dev/null; err_msg second >/dev/null; echo "$FIRST_ERR_MSG"'),
  ).toBe('no+disk+x1');
});

test('waiting ends with success, or after so many times', () => {
  expect(printed('n=0; wait_for 5 0 "n=\\$((n + 1)); [ \\$n = 3 ]"; echo "$? $n"')).toBe('0 3');
  expect(printed('n=0; wait_for 2 0 "n=\\$((n + 1)); false"; echo "$? $n"')).toBe('1 2');
});

/** The variables that fragments find for a kernel command line. */
function variables(commandLine: string): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'ramdisk-base-'));
  try {
    const file = join(folder, 'cmdline');
    writeFileSync(file, `${commandLine}\n`);
    const script = `source ${fragment('00-ramdisk-functions')} >/dev/null
find_parameter_from_file() { :; }
eval "$(sed -n '/^find_parameter_from_file/,/^}/p; /^get_kernel_parameter/,/^}/p' ${fragment('00-ramdisk-functions')} | sed 's|/proc/cmdline|${file}|')"
source <(sed 's|/proc/cmdline|${file}|' ${fragment('20-init-variables')})
for name in BOOT_MAC_ADDRESS BOOT_IP_ADDRESS BOOT_SERVER BOOT_GATEWAY BOOT_NETMASK DISK TROUBLESHOOT; do
  echo "$name=\${!name}"
done`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return Object.fromEntries(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('=') as [string, string]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('what PXE and the user say on the kernel command line', () => {
  expect(
    variables('quiet ip=10.0.0.5:10.0.0.1:10.0.0.2:255.0.0.0 BOOTIF=01-52-54-00-ab-cd-ef disk=sda'),
  ).toEqual({
    BOOT_MAC_ADDRESS: '52:54:00:AB:CD:EF',
    BOOT_IP_ADDRESS: '10.0.0.5',
    BOOT_SERVER: '10.0.0.1',
    BOOT_GATEWAY: '10.0.0.2',
    BOOT_NETMASK: '255.0.0.0',
    DISK: 'sda',
    TROUBLESHOOT: '',
  });
  expect(variables('boot_server=10.0.0.9 ip=dhcp troubleshoot')).toMatchObject({
    BOOT_IP_ADDRESS: '',
    BOOT_SERVER: '10.0.0.9',
    TROUBLESHOOT: '1',
  });
  expect(variables('troubleshoot=0')).toMatchObject({ TROUBLESHOOT: '' });
});

elementTest(
  'programs that are not installed are told all at once, before anything is made',
  async (element) => {
    const failed = await element.expectFailure({
      elements: { tool: { 'binary-deps.d/tool': 'bash frobnicate # not cat\nwibble\n' } },
      with: ['tool'],
    });
    expect(failed.hook).toBe('post-install.d/01-check-ramdisk-programs');
    expect(failed.output).toContain('programs that are not installed: frobnicate wibble');
  },
);

elementTest('a build in which no element makes a ramdisk is a failure', async (element) => {
  const failed = await element.expectFailure();
  expect(failed.message).toContain('cleanup.d/99-extract-ramdisk-files');
  expect(failed.message).toContain("add 'ramdisk' or 'dracut-ramdisk'");
});

elementTest('hands out kernel and ramdisk, readable for all', async (element) => {
  const elements = {
    maker: {
      'post-install.d/99-make':
        'echo kernel >/tmp/kernel; echo ramdisk >/tmp/ramdisk; chmod 600 /tmp/kernel\n',
      'cleanup.d/999-modes': 'stat -c "%a %n" *.kernel *.initramfs >"$IMAGE_NAME.modes"\n',
    },
  };
  const built = await element.run({ elements, with: ['maker'] });
  expect(await built.handedOut('ramdisk-base.kernel')).toBe('kernel\n');
  expect(await built.handedOut('ramdisk-base.initramfs')).toBe('ramdisk\n');
  expect(await built.handedOut('ramdisk-base.modes')).toBe(
    '644 ramdisk-base.kernel\n644 ramdisk-base.initramfs\n',
  );
});

elementTest(
  'the distribution’s own ramdisk is not made meanwhile, and can be made in the guest',
  async (element) => {
    const real = '/usr/sbin/update-initramfs.image-build';
    const maker = {
      'pre-install.d/10-program': `chmod 0755 ${real}\n`,
      'post-install.d/99-make': `echo kernel >/tmp/kernel; echo ramdisk >/tmp/ramdisk; stat -c %a ${real} >/during\n`,
    };
    const made = async (others: readonly string[]) => {
      const elements = { maker, vm: {} };
      return element.run({ elements, with: ['maker', ...others], files: { [real]: '#!/bin/sh\n' } });
    };
    const built = await made([]);
    expect(await built.tree.read('/during')).toBe('644\n');
    expect(await built.tree.mode(real)).toBe('0755');
    expect(await (await made(['vm'])).tree.read('/during'), 'a disk boots with it').toBe('755\n');
  },
);
