import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Rig, readFromTar } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { runScript, type ScriptRun } from './run-script.ts';
import { scenario } from './scenario.ts';

const command = join(import.meta.dirname, '../../tools/cli/bin/diskimage-create.sh');
const password = 'correct-horse-battery';

/** Calls the command in the folder `out`, with elements of the test in place of an amphora's and of `base`. */
async function create(
  rig: Rig,
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ScriptRun> {
  const cwd = join(rig.root, 'out');
  await mkdir(cwd, { recursive: true });
  await rig.element('base', { 'README.md': '# base\n' });
  return runScript(command, argv, {
    cwd,
    environment: {
      KILN_STORE: rig.store,
      DIB_ELEMENTS: 'tiny-os web',
      OCTAVIA_REPO_PATH: rig.root,
      ...environment,
    },
  });
}

/** All bytes below a folder, as text. */
async function textBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (
    await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')))
  ).join('\n');
}

const out = (rig: Rig, name: string): string => join(rig.root, 'out', name);

scenario('diskimage-create.sh builds, says what and how large, and leaves nothing else', async (rig) => {
  await rig.element('web', { 'install.d/10-web': 'echo "$DIB_RELEASE $DIB_OCTAVIA_AMP_USE_SSH" >/chosen\n' });
  const run = await create(rig, [
    '-i',
    'debian',
    '-t',
    'tar',
    '-o',
    'box',
    '-n',
    '-w',
    'work',
    '-l',
    'build.log',
  ]);
  expect(run.stderr).toBe('');
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toMatch(
    /Successfully built the amphora image using amphora-agent from the master branch\.\nAmphora image size: \S+\/out\/box\.tar \d+\n$/,
  );
  expect(await readFromTar(out(rig, 'box.tar'), 'chosen')).toBe('bookworm False');
  expect(await readFile(out(rig, 'build.log'), 'utf8')).toContain('Building elements');
  expect((await readdir(out(rig, ''))).toSorted()).toEqual(['box.tar', 'build.log', 'work']);
  expect(await readdir(out(rig, 'work'))).toEqual([]);
});

scenario('root’s password reaches the build, and nothing that it leaves', async (rig) => {
  await rig.element('root-passwd', {
    'element.yaml': 'variables: [DIB_PASSWORD, DIB_PASSWORD_FILE]\nrestorable: false\n',
    'extra-data.d/10-hash': [
      'set +x',
      'given=${DIB_PASSWORD:-$([ -z "${DIB_PASSWORD_FILE:-}" ] || head -n 1 "$DIB_PASSWORD_FILE")}',
      'printf %s "$given" | sha256sum >"$TMP_HOOKS_PATH/hash"',
      'echo "it is $given"',
      '',
    ].join('\n'),
    'install.d/20-hash': 'cp /tmp/in_target.d/hash /hash\n',
  });
  const elements = { DIB_ELEMENTS: 'tiny-os root-passwd' };
  const file = join(rig.root, 'password');
  await writeFile(file, `${password}\n`);
  const runs = [
    await create(rig, ['-t', 'tar', '-o', 'variable'], { ...elements, AMP_ROOTPW: password }),
    await create(rig, ['-t', 'tar', '-o', 'option', '-r', password], elements),
  ];
  for (const run of runs) {
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toContain('Warning: Using a root password in the image');
    expect(run.stdout + run.stderr).not.toContain(password);
  }
  const hash = await readFromTar(out(rig, 'variable.tar'), 'hash');
  expect(await readFromTar(out(rig, 'option.tar'), 'hash')).toBe(hash);
  expect(`${await textBelow(rig.store)}\n${await textBelow(out(rig, ''))}`).not.toContain(password);

  const fromFile = await create(rig, ['-t', 'tar', '-o', 'file', '--root-password-file', file], elements);
  expect(fromFile.exitCode).toBe(0);
  expect(await readFromTar(out(rig, 'file.tar'), 'hash')).toBe(hash);
});

scenario('a failed build has the exit code 1 and leaves no folder behind', async (rig) => {
  await rig.element('web', { 'install.d/10-web': 'echo "cannot" >&2; exit 7\n' });
  const run = await create(rig, ['-t', 'tar', '-o', 'box', '-w', 'work']);
  expect(run.exitCode).toBe(1);
  expect(run.stdout).not.toContain('Successfully');
  expect(await readdir(out(rig, ''))).toEqual(['work']);
  expect(await readdir(out(rig, 'work'))).toEqual([]);
});
