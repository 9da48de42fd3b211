import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';

elementTest('brings the programs that it needs into the image', async (element) => {
  const built = await element.run();
  expect(await built.calls('install-packages')).toContain('install-packages memtester spew');
  const named = readFileSync(join(element.folder, 'binary-deps.d/hwburnin'), 'utf8');
  expect(named).toBe('memtester\nspew\n');
});

/** Runs the fragment as a ramdisk's init would, and returns what it printed and called. */
function boot(commandLine: string, { failing = '' }: { readonly failing?: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hwburnin-'));
  try {
    mkdirSync(join(folder, 'bin'));
    for (const name of ['memtester', 'spew']) {
      const status = name === failing ? 1 : 0;
      writeFileSync(
        join(folder, 'bin', name),
        `#!/bin/sh\necho "$(basename "$0") $*" >>${folder}/calls\nexit ${status}\n`,
      );
      chmodSync(join(folder, 'bin', name), 0o755);
    }
    mkdirSync(join(folder, 'proc'));
    writeFileSync(join(folder, 'proc/cmdline'), `quiet ${commandLine}\n`);
    writeFileSync(join(folder, 'proc/meminfo'), 'MemTotal: 2097152 kB\nMemFree:        1048576 kB\n');
    for (const disk of ['sda', 'sdb'])
      mkdirSync(join(folder, 'sys/block', disk, 'device'), { recursive: true });
    mkdirSync(join(folder, 'sys/block/loop0'));
    for (const disk of ['sda', 'sdb', 'loop0'])
      writeFileSync(join(folder, 'sys/block', disk, 'size'), '20480\n');
    const fragment = new URL('../init.d/70-hwburnin', import.meta.url).pathname;
    const env = {
      PATH: `${folder}/bin:/usr/bin:/bin`,
      HW_PROC: join(folder, 'proc'),
      HW_SYSFS: join(folder, 'sys'),
    };
    const { stdout, stderr } = spawnSync('sh', [fragment], { env, encoding: 'utf8' });
    expect(stderr).toBe('');
    return { printed: stdout, calls: readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const writing =
  'spew --no-tui --read-after-write --pattern random --min-buffer-size 1m --max-buffer-size 1m 10m';

test('tests the free memory, and touches no disk unasked', () => {
  expect(boot('').calls).toEqual(['memtester 960M 10']);
});

test('tests as much memory and the disks that the command line names', () => {
  const { printed, calls } = boot('HW_BURNIN_MEMORY=64M HW_BURNIN_LOOPS=1 HW_BURNIN_DISKS=sdb,sdx');
  expect(calls).toEqual(['memtester 64M 1', `${writing} /dev/sdb`]);
  expect(printed).toMatch(/memory: passed[^]*sdb: passed[^]*sdx: no such disk/);
  expect(boot('HW_BURNIN_DISKS=all').calls.slice(1)).toEqual([`${writing} /dev/sda`, `${writing} /dev/sdb`]);
});

test('says what failed, and goes on', () => {
  const { printed } = boot('HW_BURNIN_DISKS=sda', { failing: 'memtester' });
  expect(printed).toMatch(/memory: FAILED[^]*sda: passed/);
});
