import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { copyFolder } from '../rig/copy-folder.ts';
import { standIn } from './fixture-commands.ts';
import { fixtureSystemFiles } from './fixture-system.ts';
import type { FilesByPath, RunOptions } from './run-request.ts';

/** Where a run finds what the observed variables were. */
export const observedFile = '/var/lib/fixture/observed';

export const fixtureSystem = 'fixture-system';
const fixtureFiles = 'fixture-files';

const hookPath =
  /^(root|extra-data|(pre|post)-install|install|post-root|block-device|(pre-)?finalise|cleanup|environment|lock)\.d\/[^.]+$/;

/** Writes an element of hooks and files; a hook without `#!` gets bash's. */
export async function writeElement(folder: string, files: FilesByPath): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    const isBare = typeof content === 'string' && hookPath.test(path) && !content.startsWith('#!');
    const text =
      isBare && !path.startsWith('environment.d/') ? `#!/bin/bash\nset -eu -o pipefail\n${content}` : content;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, text.slice(0, 2).toString() === '#!' ? 0o755 : 0o644);
  }
}

/** Writes the element that fills the root, under its own name, or under that of an element for which it stands. */
export async function writeFixtureSystem(elements: string, name: string): Promise<void> {
  const provides = name === fixtureSystem ? { 'element-provides': 'operating-system\n' } : {};
  await writeElement(join(elements, name), { ...(await fixtureSystemFiles()), ...provides });
}

/**
 * Writes what a run needs beside the element itself: the test's elements, files and programs, and the image's definition.
 *
 * @returns the definition's path.
 */
export async function writeRun(
  folder: string,
  { name: element, folder: source }: { readonly name: string; readonly folder: string },
  options: RunOptions,
): Promise<string> {
  const elements = join(folder, 'elements');
  const { base = 'fixture', files = {}, commands = {}, observe = [] } = options;
  for (const [name, content] of Object.entries(options.elements ?? {}))
    await writeElement(join(elements, name), { 'README.md': `# ${name}\n`, ...content });
  for (const path of options.without ?? []) await leaveOut(path, dirname(source), elements);
  if (typeof base === 'object') await writeFixtureSystem(elements, base.insteadOf);
  const programs = Object.entries(commands).map(([name, body]) => [`/usr/local/bin/${name}`, standIn(body)]);
  await writeElement(join(elements, fixtureFiles), {
    'README.md': `# ${fixtureFiles}\n`,
    'pre-install.d/00-fixture-files': placing({ ...files, ...Object.fromEntries(programs) }),
    ...(observe.length === 0 ? {} : { 'post-install.d/99-zz-observe': observing(observe) }),
  });
  const system = base === 'fixture' ? [fixtureSystem] : base === 'debian-minimal' ? [base] : [];
  const named = [...new Set([...system, fixtureFiles, element, ...(options.with ?? [])])];
  const definition = join(folder, 'images', element, 'image.yaml');
  await mkdir(dirname(definition), { recursive: true });
  const lines = [
    `elements: [${named.join(', ')}]`,
    'skip-base: true',
    options.definition ?? 'formats: [tar]',
  ];
  await writeFile(definition, `${lines.join('\n')}\n`);
  return definition;
}

/** Copies an element to the test's own and removes one of its files or folders there. */
async function leaveOut(path: string, around: string, elements: string): Promise<void> {
  const [name = '', ...rest] = path.split('/');
  const copy = join(elements, name);
  if (!existsSync(copy)) await copyFolder(join(around, name), copy);
  await rm(join(copy, ...rest), { recursive: true });
}

function placing(files: Readonly<Record<string, string>>): string {
  const lines = Object.entries(files).map(([path, content]) => {
    const mode = content.startsWith('#!') ? '0755' : '0644';
    const encoded = Buffer.from(content).toString('base64');
    return `install -D -m ${mode} /dev/null '${path}'\nbase64 -d >'${path}' <<<'${encoded}'\n`;
  });
  return `:\n${lines.join('')}`;
}

function observing(names: readonly string[]): string {
  const lines = names.map((name) => `printf '%s\\0' "${name}=\${${name}-}" >>${observedFile}\n`);
  return `mkdir -p ${dirname(observedFile)}\n${lines.join('')}`;
}
