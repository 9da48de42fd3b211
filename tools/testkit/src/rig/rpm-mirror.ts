import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { fixtureSystemFiles } from '../element-tests/fixture-system.ts';
import type { LoopbackServer } from './loopback-server.ts';

/** A package of the fixture. */
export interface FixturePackage {
  readonly name: string;
  /** Text files by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Shell lines that run inside the tree once it is installed. */
  readonly script?: string;
}

/** A repository of packages that a test makes. */
export interface FixtureRepository {
  /** Below the server's URL, without a slash at either end. */
  readonly path: string;
  /** Of all its packages. */
  readonly version: string;
  readonly packages: readonly FixturePackage[];
}

/**
 * Makes packages with rpmbuild, and a repository of them with createrepo_c, and serves it; what was served below its path goes.
 * The package `bash` has the programs of the fixture in which elements are tested; all others depend on it.
 * Needs Debian's packages rpm and createrepo-c.
 *
 * @param folder may not exist yet; is removed.
 */
export async function serveRpmRepository(
  server: LoopbackServer,
  folder: string,
  repository: FixtureRepository,
): Promise<void> {
  await mkdir(join(folder, 'SOURCES'), { recursive: true });
  const tree = (await fixtureSystemFiles())['root.d/00-fixture.tar'] ?? '';
  await writeFile(join(folder, 'SOURCES/tree.tar'), tree);
  for (const [index, { files = {} }] of repository.packages.entries())
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, 'SOURCES', `${index}`, path);
      await mkdir(join(file, '..'), { recursive: true });
      await writeFile(file, text);
    }
  await writeFile(join(folder, 'fixture.spec'), specOf(repository));
  const made = await runCommand({ file: 'bash', args: ['--norc', '-c', build, 'fixture', folder] });
  if (!made.ok) throw new Error(made.stderr);

  for (const path of server.content.keys())
    if (path.startsWith(`/${repository.path}/`)) server.content.delete(path);
  const top = join(folder, 'RPMS');
  for (const entry of await readdir(top, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    server.content.set(`/${repository.path}/${relative(top, file)}`, await readFile(file));
  }
  await rm(folder, { recursive: true });
}

const build = `set -eu
cd "$1"
export SOURCE_DATE_EPOCH=1700000000 HOME="$1"
rpmbuild --quiet --define "_topdir $1" --define '_rpmdir %{_topdir}/RPMS' --define "_dbpath $1/db" -bb fixture.spec
createrepo_c --quiet --revision=1 --set-timestamp-to-revision RPMS`;

/** One source package with a binary package for each; of the fixture's programs nothing is stripped or looked at. */
function specOf({ version, packages }: FixtureRepository): string {
  const lines = [
    '%global debug_package %{nil}',
    '%global __os_install_post %{nil}',
    '%global _binaries_in_noarch_packages_terminate_build 0',
    '%global _build_id_links none',
    'Name: fixture',
    `Version: ${version}`,
    'Release: 1',
    'Summary: Packages of a test',
    'License: none',
    'BuildArch: noarch',
    'AutoReqProv: no',
    'Source0: tree.tar',
    '%description',
    'Packages of a test',
    '%install',
    'mkdir -p %{buildroot}',
  ];
  const tree = [
    'tar --extract --file=%{SOURCE0} --directory=%{buildroot}',
    '(cd %{buildroot} && find . -mindepth 1 -type d -printf "%%%%dir /%%P\\n" -o -printf "/%%P\\n") |' +
      " grep -vE '^%%dir /(proc|sys|dev)$' >tree-files",
  ];
  if (packages.some(({ name }) => name === 'bash')) lines.push(...tree);
  for (const [index, { files = {} }] of packages.entries())
    for (const path of Object.keys(files))
      lines.push(`install -D -m 0644 %{_sourcedir}/${index}${path} %{buildroot}${path}`);
  for (const { name, files = {}, script } of packages) {
    lines.push(`%package -n ${name}`, 'Summary: A package of a test', 'AutoReqProv: no');
    if (name === 'bash') lines.push('Provides: /bin/bash /bin/sh');
    else lines.push('Requires: bash', 'Requires(post): bash');
    lines.push(`%description -n ${name}`, 'A package of a test');
    if (script !== undefined) lines.push(`%post -n ${name} -p /bin/bash`, script);
    lines.push(`%files -n ${name}${name === 'bash' ? ' -f tree-files' : ''}`, ...Object.keys(files));
  }
  return `${lines.join('\n')}\n`;
}
