import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';

elementTest('brings the programs that it needs into the image', async (element) => {
  expect(await (await element.run()).calls('install-packages')).toContain('install-packages hwinfo wget');
  const named = readFileSync(join(element.folder, 'binary-deps.d/hwdiscovery'), 'utf8');
  expect(named.split('\n').filter(Boolean)).toEqual(['base64', 'hwinfo', 'tr', 'wget']);
});

const programs = {
  hwinfo: 'echo "hwinfo $* ???>>>"; yes disk | head -n "$LINES_OF_HARDWARE"',
  wget: 'while [ $# -gt 0 ]; do case $1 in --post-file) cat "$2" >"$FOLDER/posted" ;; http*) echo "$1" >"$FOLDER/url" ;; esac; shift; done',
  efibootmgr:
    'printf "BootCurrent: 0003\\nBoot0001* Disk\\tHD(1)\\nBoot0003* Net\\tPci/MAC(525400abcdef,1)/IPv4\\n"',
};

interface Machine {
  readonly commandLine?: string;
  readonly isEfi?: boolean;
  /** Lines of shell before the fragment, as another element would bring them. */
  readonly before?: string;
  /** Lines that hwinfo prints beside its own. */
  readonly hardwareLines?: number;
}

/** Runs the fragment as a ramdisk's init would; returns the document that was sent, and where. */
function discover({ commandLine = '', isEfi = false, before = '', hardwareLines = 0 }: Machine) {
  const folder = mkdtempSync(join(tmpdir(), 'hwdiscovery-'));
  try {
    mkdirSync(join(folder, 'bin'));
    for (const [name, body] of Object.entries(programs)) {
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${body}\n`);
      chmodSync(join(folder, 'bin', name), 0o755);
    }
    mkdirSync(join(folder, 'proc'));
    writeFileSync(join(folder, 'proc/cmdline'), `quiet ${commandLine}\n`);
    writeFileSync(join(folder, 'proc/meminfo'), 'MemTotal:        2048 kB\n');
    writeFileSync(join(folder, 'proc/cpuinfo'), 'processor : 0\nflags : fpu\n\nprocessor : 1\n');
    for (const disk of ['sda', 'sdb']) {
      mkdirSync(join(folder, 'sys/block', disk, 'device'), { recursive: true });
      writeFileSync(join(folder, 'sys/block', disk, 'size'), '2048\n');
    }
    if (isEfi) mkdirSync(join(folder, 'sys/firmware/efi'), { recursive: true });
    mkdirSync(join(folder, 'sys/class/net/ens3/device'), { recursive: true });
    writeFileSync(join(folder, 'sys/class/net/ens3/carrier'), '1\n');
    writeFileSync(join(folder, 'sys/class/net/ens3/address'), '52:54:00:00:00:01\n');
    mkdirSync(join(folder, 'sys/class/net/lo'), { recursive: true });
    const fragment = readFileSync(new URL('../init.d/60-hwdiscovery', import.meta.url), 'utf8');
    const { stdout, stderr } = spawnSync('sh', ['-c', `${before}\n${fragment}`], {
      env: {
        PATH: `${folder}/bin:/usr/bin:/bin`,
        FOLDER: folder,
        HW_PROC: join(folder, 'proc'),
        HW_SYSFS: join(folder, 'sys'),
        HW_RUN: folder,
        LINES_OF_HARDWARE: String(hardwareLines),
      },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const posted = join(folder, 'posted');
    if (!existsSync(posted)) return { printed: stdout };
    const fields = new URLSearchParams(readFileSync(posted, 'utf8').trim());
    const data = Buffer.from(fields.get('hwdiscovery_data') ?? '', 'base64').toString();
    const document: unknown = JSON.parse(data);
    return {
      printed: stdout,
      document,
      sign: fields.get('hwdiscovery'),
      url: readFileSync(join(folder, 'url'), 'utf8').trim(),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const url = 'HW_DISCOVERY_URL=http://192.0.2.1:56/hw?a=b';

test('reports the machine to the service of the command line', () => {
  const found = discover({ commandLine: `${url} BOOTIF=01-52-54-00-12-34-56` });
  expect(found).toMatchObject({ sign: 'true', url: 'http://192.0.2.1:56/hw?a=b' });
  expect(found.document).toMatchObject({
    'cpu cores': '2',
    'disk size': '2097152 bytes',
    'ram size': '2097152 bytes',
    'pxe mac': '52:54:00:12:34:56',
    disks: { sda: '1048576', sdb: '1048576' },
    'extra data': {
      'raw disk': Buffer.from('hwinfo --disk ???>>>\n').toString('base64'),
      'raw network': Buffer.from('hwinfo --network ???>>>\n').toString('base64'),
    },
  });
});

test('finds the interface of the boot by the firmware, else those with a link', () => {
  expect(discover({ commandLine: url, isEfi: true }).document).toMatchObject({
    'pxe mac': '52:54:00:ab:cd:ef',
  });
  expect(discover({ commandLine: url }).document).toMatchObject({ 'pxe mac': '52:54:00:00:00:01' });
});

test('takes what other elements add', () => {
  const before = `_vendor_hwdiscovery_data='"vendor key" : "value",'`;
  expect(discover({ commandLine: url, before }).document).toMatchObject({
    'extra data': { 'vendor key': 'value' },
  });
});

test('without a service the boot goes on', () => {
  expect(discover({}).printed).toContain('the kernel command line has no HW_DISCOVERY_URL');
});

test('a report of a machine with many disks is longer than an argument may be', () => {
  const { document } = discover({ commandLine: url, hardwareLines: 50_000 });
  const lines = Buffer.from(
    (document as { readonly 'extra data': Readonly<Record<string, string>> })['extra data']['raw disk'] ?? '',
    'base64',
  );
  expect(lines.length).toBeGreaterThan(200_000);
});
