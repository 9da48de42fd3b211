import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writtenTree } from '../written-tree.ts';

const bin = join(import.meta.dirname, '../../../bin/dib-run-parts.js');

function run(root: string, argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const env = { PATH: process.env['PATH'] ?? '', ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...argv], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const hook = (text = 'echo "${0##*/}"'): string => `#!/bin/sh\n${text}\n`;

describe('dib-run-parts', () => {
  test('--list has the order of hooks, and nothing of another name, mode or kind', () => {
    const names = ['-5-neg', '00-a', '_u', 'abc', '01-b', '5-b', '5a', '9-c', '10-d', '100-e', 'x.sh', '~'];
    const root = writtenTree({
      ...Object.fromEntries(names.map((name) => [`install.d/${name}`, hook()])),
      'install.d/plain': 'not executable\n',
      'install.d/folder/50-in': hook(),
    });
    symlinkSync('9-c', join(root, 'install.d/20-link'));
    symlinkSync('nowhere', join(root, 'install.d/21-dangling'));
    expect(run(root, ['--list', 'install.d']).stdout.trim().split('\n')).toEqual(
      ['-5-neg', '00-a', '_u', 'abc', '01-b', '5-b', '5a', '9-c', '10-d', '20-link', '100-e'].map(
        (name) => `install.d/${name}`,
      ),
    );
  });

  test('RUN_PARTS_REGEX is an extended regular expression', () => {
    const root = writtenTree({ 'a.d/x.sh': hook(), 'a.d/y': hook(), 'a.d/z-1': hook() });
    expect(run(root, ['--list', 'a.d'], { RUN_PARTS_REGEX: '^[[:alpha:].]+$' }).stdout).toBe(
      'a.d/x.sh\na.d/y\n',
    );
    expect(run(root, ['--list', 'a.d'], { RUN_PARTS_REGEX: '(' })).toMatchObject({ status: 1, stdout: '' });
  });

  test('scripts run in the environment that the snippets export, messages go to standard error', () => {
    const root = writtenTree({
      'environment.d/9-late.bash': 'export WORD="$WORD late"\n',
      'environment.d/100-early': 'export WORD=early; umask 077; return 0\n',
      'environment.d/no~': 'exit 9\n',
      'install.d/10-a': hook('echo "$WORD $(umask)"'),
      'install.d/9-b': hook(),
    });
    const { status, stdout, stderr } = run(root, ['install.d']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '9-b\nearly late 0077\n' });
    const said = stderr.split('\n').filter((line) => line.startsWith('dib-run-parts'));
    expect(said.map((line) => line.replace(/\d+\.\d{3}$/, 'N'))).toEqual([
      'dib-run-parts Sourcing environment file install.d/../environment.d/100-early',
      'dib-run-parts Sourcing environment file install.d/../environment.d/9-late.bash',
      'dib-run-parts Running install.d/9-b',
      'dib-run-parts 9-b completed',
      'dib-run-parts Running install.d/10-a',
      'dib-run-parts 10-a completed',
      'dib-run-parts ----------------------- PROFILING -----------------------',
      'dib-run-parts ',
      'dib-run-parts Target: install.d',
      'dib-run-parts ',
      `dib-run-parts Script${' '.repeat(34)}   Seconds`,
      `dib-run-parts ${'-'.repeat(39)}  ${'-'.repeat(10)}`,
      'dib-run-parts ',
      `dib-run-parts 10-a${' '.repeat(42)}N`,
      `dib-run-parts 9-b${' '.repeat(43)}N`,
      'dib-run-parts ',
      'dib-run-parts --------------------- END PROFILING ---------------------',
    ]);
  });

  test('the first script that fails ends the run with its status, and no table is printed', () => {
    const root = writtenTree({ 'a.d/1': hook('exit 7'), 'a.d/2': hook() });
    const { status, stdout, stderr } = run(root, ['a.d']);
    expect({ status, stdout }).toEqual({ status: 7, stdout: '' });
    expect(stderr).not.toContain('PROFILING');
  });

  test('a snippet that exits, or reads what is not set, fails the run', () => {
    expect(run(writtenTree({ 'environment.d/1': 'exit 3\n', 'a.d/1': hook() }), ['a.d'])).toMatchObject({
      status: 3,
      stdout: '',
    });
    const unset = run(writtenTree({ 'environment.d/1': 'export A=$NOWHERE\n', 'a.d/1': hook() }), ['a.d']);
    expect(unset).toMatchObject({ status: 1, stdout: '' });
  });

  test('DIB_DEBUG_TRACE tells what does not run', () => {
    const root = writtenTree({ 'a.d/plain': 'text\n', 'a.d/x.sh': hook() });
    const { stderr } = run(root, ['a.d'], { DIB_DEBUG_TRACE: '1' });
    expect(stderr).toContain('dib-run-parts Ignoring non-executable files: plain\n');
    expect(stderr).toContain('dib-run-parts Ignoring non-conforming filenames: x.sh\n');
  });

  test('a missing folder is wrong use', () => {
    const root = writtenTree({ 'a.d/1': hook() });
    expect(run(root, [])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('usage: dib-run-parts'),
    });
    expect(run(root, ['b.d'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('[b.d] must exist'),
    });
  });
});
