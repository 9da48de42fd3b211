import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runKiln } from './run-kiln.ts';

/** A workspace with an image, its element, and a store of its own that `KILN_STORE` names. */
async function workspace() {
  const root = await mkdtemp(join(tmpdir(), 'kiln-command-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const files: Readonly<Record<string, string>> = {
    'nx.json': '{}',
    'images/web/image.yaml':
      'description: a web machine\nelements: [os]\nskip-base: true\nconfigurations: { small: { packages: [vim] } }\n',
    'elements/os/element-provides': 'operating-system\n',
    'elements/os/element.yaml': 'description: the system\nvariables: [DIB_RELEASE]\n',
    'elements/os/root.d/10-tree': '#!/bin/bash\n',
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  vi.stubEnv('KILN_STORE', join(root, 'store'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const kiln = (...args: readonly string[]) => runKiln('--workspace', root, ...args);
  return { root, kiln };
}

test('--help teaches: commands, and examples at the end', async () => {
  const { exitCode, stdout } = await runKiln('--help');
  expect(exitCode).toBe(0);
  for (const command of [
    'build',
    'watch',
    'explain',
    'shell',
    'diff',
    'verify',
    'boot',
    'lock',
    'outdated',
    'store',
    'completion',
  ])
    expect(stdout()).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  expect(stdout()).toMatch(/\nExamples:\n {2}kiln build /);
  expect(stdout()).not.toContain('complete ');
});

test.each([
  'build',
  'watch',
  'explain',
  'shell',
  'diff',
  'verify',
  'boot',
  'lock',
  'outdated',
  'store',
  'completion',
  'element show',
])('%s --help ends with examples', async (command) => {
  const { exitCode, stdout } = await runKiln(...command.split(' '), '--help');
  expect(exitCode).toBe(0);
  expect(stdout()).toContain('Examples:');
});

test('wrong use is exit status 2, with a hint where one is near', async () => {
  const { kiln } = await workspace();
  const unknown = await kiln('buld', 'web');
  expect(unknown.exitCode).toBe(2);
  expect(unknown.stderr()).toContain('Did you mean build?');
  expect((await kiln('build')).exitCode).toBe(2);
  expect((await kiln('build', 'web', '--until', 'nowhere')).exitCode).toBe(2);
  expect((await kiln('shell', 'web')).stderr()).toContain("'--before <hook>'");
  expect((await kiln('store', 'gc', '--limit', 'much')).exitCode).toBe(2);
  const image = await kiln('build', 'wbe');
  expect(image.exitCode).toBe(2);
  expect(image.stderr()).toContain("did you mean 'web'?");
});

test('outside of a workspace, what needs one says so, and what does not works', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-nowhere-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  vi.stubEnv('KILN_STORE', join(folder, 'store'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const built = await runKiln('-C', folder, 'build', 'web');
  expect(built.exitCode).toBe(2);
  expect(built.stderr()).toContain('workspace-not-found');
  expect((await runKiln('-C', folder, 'store', 'status')).exitCode).toBe(0);
});

test('images and elements are listed, for people and for programs', async () => {
  const { root, kiln } = await workspace();
  expect((await kiln('image', 'list')).stdout()).toBe('web  a web machine (small)\n');
  expect((await kiln('image', 'list', '--names')).stdout()).toBe('web\n');
  expect(JSON.parse((await kiln('element', 'list', '--json')).stdout())).toMatchObject([
    { name: 'os', namedBy: ['web'] },
  ]);
  const shown = (await kiln('element', 'show', 'os')).stdout();
  expect(shown).toContain('os: the system');
  expect(shown).toContain('reads DIB_RELEASE');
  expect(shown).toContain('  root.d\n    10-tree\n');
  const unknown = await kiln('element', 'show', 'ox');
  expect([unknown.exitCode, unknown.stderr().includes("did you mean 'os'?")]).toEqual([2, true]);
  await writeFile(join(root, 'images/web/image.yaml'), 'elements: 7\n');
  expect((await kiln('image', 'list')).stdout()).toBe('web  its definition has problems\n');
});

test('the store: status, a sound and a damaged blob, and emptying it', async () => {
  const { kiln } = await workspace();
  expect(JSON.parse((await kiln('store', 'status', '--json')).stdout())).toMatchObject({ totalBytes: 0 });
  expect((await kiln('store', 'verify')).stdout()).toContain('all sound');
  expect((await kiln('store', 'gc', '--all')).stdout()).toContain('removed 0 blobs');
});

test('completion: commands, names, options and their values', async () => {
  const { kiln } = await workspace();
  const complete = async (...words: readonly string[]) =>
    (await kiln('complete', '--', ...words)).stdout().split('\n').filter(Boolean);
  expect(await complete('bo')).toEqual(['boot']);
  expect(await complete('build', '')).toEqual(['web']);
  expect(await complete('build', 'web', '--unt')).toEqual(['--until']);
  expect(await complete('build', 'web', '--until', 'post-i')).toEqual(['post-install']);
  expect(await complete('store', '')).toEqual(['status', 'verify', 'gc']);
  expect(await complete('element', 'show', '')).toEqual(['os']);
  expect(await complete('completion', 'b')).toEqual(['bash']);
  for (const shell of ['bash', 'zsh', 'fish'])
    expect((await kiln('completion', shell)).stdout()).toContain('kiln complete --');
});

test('all problems of a definition are told in one go: its own, and those of its elements', async () => {
  const { root, kiln } = await workspace();
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text, { mode: 0o755 });
  };
  await write('elements/other/element-provides', 'operating-system\n');
  await write('elements/os/install.d/10-same', '#!/bin/sh\n');
  await write('elements/other/install.d/10-same', '#!/bin/sh\n');
  await write(
    'images/web/image.yaml',
    'elements: [os, other, nowhere]\nskip-base: true\nsise: 1GiB\nformats: qcow2\n',
  );
  const { exitCode, stderr } = await kiln('build', 'web');
  expect(exitCode).toBe(2);
  expect([...stderr().matchAll(/^error\[([\w-]+)\]/gm)].map(([, code]) => code)).toEqual([
    'definition-unknown-key',
    'definition-wrong-value',
    'element-not-found',
    'element-already-provided',
    'hook-duplicated',
  ]);
  expect(stderr()).toContain(`--> ${join(root, 'elements/other/install.d/10-same')}`);
});
