import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { workspaceRoot } from './source-files.ts';

let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kiln-setup-'));
  await mkdir(join(root, 'tools/setup'), { recursive: true });
  await mkdir(join(root, 'bin'));
  await copyFile(join(workspaceRoot, 'tools/setup/setup.sh'), join(root, 'tools/setup/setup.sh'));
  await writeFile(join(root, 'package-lock.json'), '{}\n');
  await packages('a-shell sh is there', 'a-file /etc/passwd is there');
  await program('npm', 'mkdir -p node_modules');
  await program('id', 'echo 0');
  await program('apt-cache', 'echo "  Candidate: 1.0"');
  await program('apt-get', '');
});

afterEach(() => rm(root, { recursive: true }));

const packages = (...lines: readonly string[]) =>
  writeFile(join(root, 'tools/setup/host-packages.txt'), ['# a comment', '', ...lines, ''].join('\n'));

/** Puts a program before the host's own, which notes how it was called and then does what `body` says. */
async function program(name: string, body: string): Promise<void> {
  const file = join(root, 'bin', name);
  await writeFile(file, `#!/bin/sh\necho "${name} $*" >>"${root}/calls"\n${body}\n`);
  await chmod(file, 0o755);
}

async function setUp(...lists: readonly string[]): Promise<{
  readonly exitCode: number;
  readonly stderr: string;
  readonly calls: readonly string[];
}> {
  const env = { PATH: `${root}/node_modules/.bin:${root}/bin:/usr/bin:/bin`, LC_ALL: 'C' };
  await writeFile(join(root, 'calls'), '');
  const words = [join(root, 'tools/setup/setup.sh'), ...lists];
  const { exitCode, stderr } = await promisify(execFile)('/bin/sh', words, { env }).then(
    (result) => ({ exitCode: 0, stderr: result.stderr }),
    (error: { code: number; stderr: string }) => ({ exitCode: error.code, stderr: error.stderr }),
  );
  const calls = (await readFile(join(root, 'calls'), 'utf8'))
    .split('\n')
    .filter((it) => it !== '' && !it.startsWith('id '));
  return { exitCode, stderr, calls };
}

const npmCi = 'npm ci --no-audit --no-fund --loglevel=error';
const install = (names: string) =>
  `apt-get -o DPkg::Lock::Timeout=120 -q install -y --no-install-recommends ${names}`;
const update = 'apt-get -o DPkg::Lock::Timeout=120 -q update';

test('where all is there, only node_modules is installed, and again only for another lock', async () => {
  expect(await setUp()).toEqual({ exitCode: 0, stderr: '', calls: [npmCi] });
  expect((await setUp()).calls).toEqual([]);
  await writeFile(join(root, 'package-lock.json'), '{"lockfileVersion": 3}\n');
  expect((await setUp()).calls).toEqual([npmCi]);
});

test('an installation of node_modules that failed is tried again', async () => {
  await program('npm', 'exit 1');
  expect(await setUp()).toMatchObject({
    exitCode: 3,
    stderr: "setup: 'npm ci' failed; its output is above\n",
  });
  await program('npm', 'mkdir -p node_modules');
  expect(await setUp()).toMatchObject({ exitCode: 0, calls: [npmCi] });
});

test('installs what is missing and nothing else, without an update where the package is known', async () => {
  await packages(
    'a-shell sh is there',
    'one no-such-program-1 is not',
    'two /no/such/file is not',
    'three python3:no_such_module is not',
  );
  const { exitCode, calls } = await setUp();
  expect(exitCode).toBe(0);
  expect(calls.filter((it) => it.startsWith('apt-get'))).toEqual([install('one two three')]);
});

test('installs what is missing of another list as well, where it is named', async () => {
  await writeFile(join(root, 'tools/setup/more.txt'), 'four no-such-program-1 is not\n');
  expect((await setUp()).calls).toEqual([npmCi]);
  expect((await setUp('more.txt')).calls).toContain(install('four'));
});

test('updates the lists first where a package is not known', async () => {
  await packages('one no-such-program-1 is not');
  await program('apt-cache', 'echo "  Candidate: (none)"');
  expect((await setUp()).calls.filter((it) => it.startsWith('apt-get'))).toEqual([update, install('one')]);
});

test('updates the lists and tries once more where the installation fails, then gives up', async () => {
  await packages('one no-such-program-1 is not');
  await program('apt-get', 'case $* in *install*) exit 100 ;; esac');
  const { exitCode, stderr, calls } = await setUp();
  expect(calls.filter((it) => it.startsWith('apt-get'))).toEqual([install('one'), update, install('one')]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: 'setup: apt-get could not install: one\n' });
});

test('an ordinary user installs through sudo, or is told what to run as root', async () => {
  await packages('one no-such-program-1 is not');
  await program('id', 'echo 1000');
  await program('sudo', 'shift; "$@"');
  expect((await setUp()).calls).toContain(install('one'));
  await program('sudo', 'exit 1');
  const { exitCode, stderr } = await setUp();
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/^setup: .*run as root: apt-get install --no-install-recommends one\n$/);
});
