import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@kiln/engine/fingerprint/digest.ts';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import type { LoopbackServer } from '../loopback-server.ts';
import type { FixturePackage } from './fixture-package.ts';
import { readTar, tarFile, tarFolder, type TarEntry, writeTar } from './tar-entries.ts';

/** A suite of a mirror, with its packages by component: `main`. */
export interface DebSuite {
  readonly name: string;
  /** Of all its packages. Suites whose packages differ have different ones: apt knows a package that it has by version and size. */
  readonly version: string;
  readonly components: Readonly<Record<string, readonly FixturePackage[]>>;
}

/** A mirror as apt reads it. Essential packages have what scripts of all others need. */
export interface DebRepository {
  /** Below the server's URL, without a slash at either end. */
  readonly path: string;
  readonly suites: readonly DebSuite[];
}

/**
 * Makes packages and signed indexes of them, and serves both. Where two packages bring the same path, the first one has it.
 *
 * @param folder may not exist yet; has the public key afterwards.
 * @returns path of the key.
 */
export async function serveDebRepository(
  server: LoopbackServer,
  folder: string,
  repository: DebRepository,
): Promise<string> {
  const home = join(folder, 'gnupg');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const keyring = join(folder, 'fixture.gpg');
  const identity = 'Fixture <fixture@example.org>';
  await gpg(home, ['--passphrase', '', '--quick-gen-key', identity, 'ed25519', 'sign', 'never']);
  await gpg(home, ['--output', keyring, '--export']);
  const built = new Map<FixturePackage, BuiltPackage>();
  for (const suite of repository.suites) {
    const owners = new Map<string, string>();
    const listed: (readonly [path: string, bytes: Buffer])[] = [];
    for (const [component, packages] of Object.entries(suite.components)) {
      const stanzas: string[] = [];
      for (const it of packages) {
        const made = built.get(it) ?? (await buildPackage(it, suite.version, owners));
        built.set(it, made);
        const path = `pool/${digestOf(made.deb).slice(0, 12)}/${it.name}_${suite.version}_all.deb`;
        server.content.set(`/${repository.path}/${path}`, made.deb);
        stanzas.push(stanzaOf(made, path));
      }
      listed.push([`${component}/binary-amd64/Packages`, Buffer.from(stanzas.join('\n'))]);
    }
    const top = `/${repository.path}/dists/${suite.name}`;
    for (const [path, bytes] of listed) server.content.set(`${top}/${path}`, bytes);
    server.content.set(`${top}/InRelease`, await sign(home, folder, releaseOf(suite, listed)));
  }
  await gpg(home, ['--version'], 'gpgconf');
  await rm(home, { recursive: true });
  return keyring;
}

interface BuiltPackage {
  readonly control: string;
  readonly deb: Buffer;
}

async function buildPackage(
  { name, files = {}, tree, script, requires = [], provides = [], essential }: FixturePackage,
  version: string,
  owners: Map<string, string>,
): Promise<BuiltPackage> {
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: Fixture <fixture@example.org>',
    ...(essential ? ['Essential: yes'] : []),
    ...(requires.length > 0 ? [`Depends: ${requires.join(', ')}`] : []),
    ...(provides.length > 0 ? [`Provides: ${provides.join(', ')}`] : []),
    `Priority: ${essential ? 'required' : 'optional'}`,
    'Description: A package of a test',
    '',
  ].join('\n');
  const scripts = script === undefined ? [] : [tarFile('postinst', `#!/bin/bash\nset -e\n${script}\n`)];
  const isFolder = ({ header }: TarEntry): boolean => header.type === 'directory';
  const all = [...(tree === undefined ? [] : await readTar(tree)), ...entriesOf(files)];
  const own = all.filter((entry) => isFolder(entry) || (owners.get(entry.path) ?? name) === name);
  for (const entry of own) if (!isFolder(entry)) owners.set(entry.path, name);
  const deb = archive({
    'debian-binary': Buffer.from('2.0\n'),
    'control.tar': await writeTar([tarFile('control', control), ...scripts]),
    'data.tar': await writeTar(own),
  });
  return { control, deb };
}

function entriesOf(files: Readonly<Record<string, string>>): readonly TarEntry[] {
  const folders = new Set<string>();
  for (const path of Object.keys(files)) {
    const parts = path.split('/').slice(1, -1);
    for (const index of parts.keys()) folders.add(`/${parts.slice(0, index + 1).join('/')}`);
  }
  const sorted = [...folders].toSorted();
  return [...sorted.map(tarFolder), ...Object.entries(files).map(([path, text]) => tarFile(path, text))];
}

/** A Unix archive, ar(5), in the form of deb(5). */
function archive(members: Readonly<Record<string, Buffer>>): Buffer {
  const parts: Buffer[] = [Buffer.from('!<arch>\n')];
  for (const [name, data] of Object.entries(members)) {
    const fields = [name.padEnd(16), '0'.padEnd(12), '0'.padEnd(6), '0'.padEnd(6), '100644'.padEnd(8)];
    parts.push(Buffer.from(`${fields.join('')}${String(data.length).padEnd(10)}\`\n`), data);
    if (data.length % 2 === 1) parts.push(Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}

function stanzaOf({ control, deb }: BuiltPackage, path: string): string {
  return `${control}Filename: ${path}\nSize: ${deb.length}\nSHA256: ${digestOf(deb)}\n`;
}

function releaseOf(suite: DebSuite, listed: readonly (readonly [path: string, bytes: Buffer])[]): string {
  return [
    'Origin: Fixture',
    `Suite: ${suite.name}`,
    `Codename: ${suite.name}`,
    'Date: Wed, 01 Jan 2025 00:00:00 UTC',
    'Architectures: amd64',
    `Components: ${Object.keys(suite.components).join(' ')}`,
    'SHA256:',
    ...listed.map(([path, bytes]) => ` ${digestOf(bytes)} ${bytes.length} ${path}`),
    '',
  ].join('\n');
}

async function sign(home: string, folder: string, release: string): Promise<Buffer> {
  const file = join(folder, 'Release');
  await writeFile(file, release);
  await rm(`${file}.asc`, { force: true });
  await gpg(home, ['--passphrase', '', '--clearsign', file]);
  return readFile(`${file}.asc`);
}

async function gpg(home: string, args: readonly string[], file = 'gpg'): Promise<void> {
  const words =
    file === 'gpg'
      ? ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', ...args]
      : ['--homedir', home, '--kill', 'all'];
  const made = await runCommand({ file, args: words });
  if (!made.ok) throw new Error(made.stderr);
}
