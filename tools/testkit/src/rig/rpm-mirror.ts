import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { fixtureSystemFiles } from '../element-tests/fixture-system.ts';
import type { FixturePackage } from './distribution/fixture-package.ts';
import type { LoopbackServer } from './loopback-server.ts';

export type { FixturePackage };

/** A repository of packages that a test makes. */
export interface FixtureRepository {
  /** Below the server's URL, without a slash at either end. */
  readonly path: string;
  /** Of all its packages. */
  readonly version: string;
  readonly packages: readonly FixturePackage[];
}

/** Several repositories that are made of packages built at once. */
export interface FixtureRepositories {
  readonly version: string;
  readonly packages: readonly FixturePackage[];
  readonly places: readonly RepositoryPlace[];
}

/** Where some of the packages are served. */
export interface RepositoryPlace {
  /** Below the server's URL, without a slash at either end; all serve the same. */
  readonly paths: readonly string[];
  readonly holds: (name: string) => boolean;
}

/**
 * Makes packages with rpmbuild, and a repository of them with createrepo_c, and serves it; what was served below its path goes.
 * The package `bash`, unless it brings a tree of its own, has the programs of the fixture in which elements are tested; all others depend on it.
 * Needs Debian's packages rpm and createrepo-c.
 *
 * @param folder may not exist yet; is removed.
 */
export async function serveRpmRepository(
  server: LoopbackServer,
  folder: string,
  { path, version, packages }: FixtureRepository,
): Promise<void> {
  const places = [{ paths: [path], holds: () => true }];
  await serveRpmRepositories(server, folder, { version, packages, places });
}

/** The same for several repositories. */
export async function serveRpmRepositories(
  server: LoopbackServer,
  folder: string,
  { version, packages, places }: FixtureRepositories,
): Promise<void> {
  await writeSources(join(folder, 'SOURCES'), packages);
  await writeFile(join(folder, 'fixture.spec'), specOf({ path: '', version, packages }));
  await run(build, folder);
  for (const { paths, holds } of places) {
    for (const path of server.content.keys())
      if (paths.some((place) => path.startsWith(`/${place}/`))) server.content.delete(path);
    const files = packages
      .filter(({ name }) => holds(name))
      .map((it) => `${it.name}-${version}-1.noarch.rpm`);
    await run(gather, folder, ...files);
    const top = join(folder, 'repository');
    for (const entry of await readdir(top, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const bytes = await readFile(file);
      for (const path of paths) server.content.set(`/${path}/${relative(top, file)}`, bytes);
    }
  }
  await rm(folder, { recursive: true });
}

async function writeSources(folder: string, packages: readonly FixturePackage[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [index, { name, files = {}, tree }] of packages.entries()) {
    const packed =
      tree ?? (name === 'bash' ? (await fixtureSystemFiles())['root.d/00-fixture.tar'] : undefined);
    if (packed !== undefined) await writeFile(join(folder, `${index}.tar`), packed);
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, `${index}`, path);
      await mkdir(join(file, '..'), { recursive: true });
      await writeFile(file, text);
    }
  }
}

async function run(script: string, ...words: readonly string[]): Promise<void> {
  const made = await runCommand({ file: 'bash', args: ['--norc', '-c', script, 'fixture', ...words] });
  if (!made.ok) throw new Error(made.stderr);
}

const build = `set -eu
cd "$1"
export SOURCE_DATE_EPOCH=1700000000 HOME="$1"
rpmbuild --quiet --define "_topdir $1" --define '_rpmdir %{_topdir}/RPMS' --define "_dbpath $1/db" -bb fixture.spec`;

const gather = `set -eu
cd "$1"
shift
rm -rf repository
mkdir -p repository/noarch
for file in "$@"; do ln "RPMS/noarch/$file" repository/noarch/; done
createrepo_c --quiet --revision=1 --set-timestamp-to-revision repository`;

/** One source package with a binary package for each; of the fixture's programs nothing is stripped or looked at. */
function specOf({ version, packages }: FixtureRepository): string {
  const lines = [
    '%global debug_package %{nil}',
    '%global __os_install_post %{nil}',
    '%global _binaries_in_noarch_packages_terminate_build 0',
    '%global _build_id_links none',
    '%global _binary_payload w0.gzdio',
    'Name: fixture',
    `Version: ${version}`,
    'Release: 1',
    'Summary: Packages of a test',
    'License: none',
    'BuildArch: noarch',
    'AutoReqProv: no',
    '%description',
    'Packages of a test',
    '%install',
    'mkdir -p %{buildroot}',
  ];
  for (const [index, { name, files = {}, tree }] of packages.entries()) {
    if (tree !== undefined || name === 'bash') lines.push(...unpack(index, name));
    for (const [path, text] of Object.entries(files)) {
      const mode = text.startsWith('#!') ? '0755' : '0644';
      lines.push(`install -D -m ${mode} %{_sourcedir}/${index}${path} %{buildroot}${path}`);
    }
  }
  for (const [
    index,
    { name, files = {}, tree, script, requires = [], provides = [], conflicts = [] },
  ] of packages.entries()) {
    lines.push(`%package -n ${name}`, 'Summary: A package of a test', 'AutoReqProv: no');
    if (name === 'bash') lines.push('Provides: /bin/bash /bin/sh');
    else lines.push(`Requires: ${['bash', ...requires].join(' ')}`, 'Requires(post): bash');
    if (provides.length > 0) lines.push(`Provides: ${provides.join(' ')}`);
    if (conflicts.length > 0) lines.push(`Conflicts: ${conflicts.join(' ')}`);
    lines.push(`%description -n ${name}`, 'A package of a test');
    if (script !== undefined) lines.push(`%post -n ${name} -p /bin/bash`, script);
    const list = tree !== undefined || name === 'bash' ? ` -f files-${index}` : '';
    lines.push(`%files -n ${name}${list}`, ...Object.keys(files));
  }
  return `${lines.join('\n')}\n`;
}

/** Several packages may have the same file, such as a library; folders are those of the package with the programs alone. */
function unpack(index: number, name: string): readonly string[] {
  const tree = `tree-${index}`;
  const folders = name === 'bash' ? '-type d -printf "%%%%dir /%%P\\n" -o ' : '-type d -o ';
  return [
    `mkdir ${tree} && tar --extract --file=%{_sourcedir}/${index}.tar --directory=${tree}`,
    `(cd ${tree} && find . -mindepth 1 ${folders}-printf "/%%P\\n") | grep -vE '^%%dir /(proc|sys|dev)$' >files-${index} || :`,
    `cp --archive --link --force ${tree}/. %{buildroot}/ && rm -r ${tree}`,
  ];
}
