import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import {
  askScript,
  initCheck,
  ramdiskConsoleCheck,
  shellChecks,
} from '@kiln/testkit/boot-checks/ramdisk-checks.ts';

const healthy = `bash-5.2# echo "kiln-terminal=$(tty)"
kiln-terminal=/dev/ttyS0
kiln-kernel=6.1.0-1-amd64
kiln-modules=6.1.0-1-amd64
kiln-disk=vda
kiln-card=eth0 down
bash-5.2# command -v 'ip' >/dev/null || echo 'kiln-lacks=ip'
kiln-end`;

type Afterwards = { readonly address: string } | { readonly failure: string };

/** Statuses and details by the id of the check. */
function judge(answers: string, afterwards: Afterwards = { address: '10.0.2.15' }) {
  const checks = shellChecks({ answers, afterwards }, { programs: ['ip', 'nc'] });
  return Object.fromEntries(checks.map(({ id, status, detail }) => [id, `${status} ${detail}`]));
}

test('a ramdisk with all that it needs', () => {
  expect(judge(healthy)).toEqual({
    'boot-shell': 'pass /dev/ttyS0',
    'boot-modules': 'pass 6.1.0-1-amd64',
    'boot-programs': 'pass 2 programs',
    'boot-disk': 'pass vda',
    'boot-network': 'pass eth0 down',
    'boot-address': 'pass 10.0.2.15',
  });
});

test('what is missing is told', () => {
  const answers = [
    'kiln-terminal=not a tty',
    'kiln-kernel=6.1.0-2-amd64',
    'kiln-modules=6.1.0-1-amd64',
    'kiln-disk=*',
    'kiln-card=* ',
    'kiln-lacks=nc',
    'kiln-end',
  ].join('\n');
  expect(judge(answers, { failure: 'timed out' })).toEqual({
    'boot-shell': "fail tty says 'not a tty': there is no job control",
    'boot-modules': 'fail the kernel is 6.1.0-2-amd64, modules of 6.1.0-1-amd64',
    'boot-programs': 'fail there is no nc',
    'boot-disk': 'fail no disk',
    'boot-network': 'fail no network card',
    'boot-address': 'fail no address: timed out',
  });
});

test('without a shell there is nothing else to tell', () => {
  const checks = shellChecks({ failure: 'no prompt: timed out' }, { programs: [] });
  expect(checks).toMatchObject([{ id: 'boot-shell', status: 'fail', detail: 'no prompt: timed out' }]);
});

test('an init that is not reached comes with the last lines', () => {
  const lastLines = ['Kernel panic - not syncing: VFS'];
  expect(initCheck({ reason: 'the machine ended', lastLines })).toMatchObject({
    status: 'fail',
    detail: 'the machine ended\nKernel panic - not syncing: VFS',
  });
});

test('a shell answers what is asked, and lacks what it lacks', () => {
  const printed = execFileSync('bash', ['--norc'], {
    input: askScript(['ls', "it's nothing"]),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  expect(printed).toMatch(/^kiln-terminal=/m);
  expect(printed).toMatch(/^kiln-kernel=\S+$/m);
  expect(printed).toMatch(/^kiln-lacks=it's nothing$/m);
  expect(printed).not.toContain('kiln-lacks=ls');
  expect(printed.endsWith('kiln-end\n')).toBe(true);
});

test.each([
  '/init: line 40: nosuch: command not found',
  'hwinfo: error while loading shared libraries: libhd.so.21: cannot open shared object file',
  'modprobe: FATAL: Module target_core_mod not found in directory /lib/modules/6.1.0',
  'Initramfs unpacking failed: ZSTD-compressed data is corrupt',
])('the console complains: %s', (line) => {
  expect(ramdiskConsoleCheck(`ramdisk: init\n${line}\nramdisk: all done\n`)).toMatchObject({
    status: 'fail',
    detail: line,
  });
  expect(ramdiskConsoleCheck('ramdisk: init\n')).toMatchObject({ status: 'pass' });
});
