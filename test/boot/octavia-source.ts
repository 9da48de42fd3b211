import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { workspaceRoot } from './nx-run.ts';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Octavia's sources in a git repository, tagged with their version as upstream tags them. */
export interface OctaviaSource {
  readonly repository: string;
  readonly version: string;
  readonly commit: string;
}

/**
 * Fetches upstream's sources of Debian's package `octavia` from where the amphora's packages come from, signatures checked by
 * apt, and makes a git repository of them in `folder`. The host's apt is left as it was: lists and caches are in `folder`.
 */
export async function fetchOctaviaSource(folder: string, release: string): Promise<OctaviaSource> {
  const lists = join(folder, 'apt/lists');
  const cache = join(folder, 'apt/cache');
  const sourceList = join(folder, 'apt/sources.list');
  await Promise.all([lists, cache].map((path) => mkdir(path, { recursive: true })));
  await writeFile(sourceList, `deb-src [signed-by=${keyring}] ${await findRepository(folder, release)}\n`);
  const settings = {
    'Dir::Etc::SourceList': sourceList,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': lists,
    'Dir::Cache': cache,
    'APT::Sandbox::User': 'root',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt = (...args: readonly string[]) => execa('apt-get', [...options, ...args], { cwd: folder });
  await apt('update');
  await apt('source', '--download-only', '--tar-only', 'octavia');
  const tarball = (await readdir(folder)).find((name) => name.startsWith('octavia_')) ?? '';
  const version = /^octavia_(?<version>.+)\.orig\.tar\./u.exec(tarball)?.groups?.['version'];
  if (version === undefined) throw new Error(`apt-get source octavia brought no sources, but '${tarball}'`);
  const sources = join(folder, 'octavia');
  await mkdir(sources);
  await execa('tar', ['xf', join(folder, tarball), '-C', sources, '--strip-components=1']);
  const commit = await commitAll(sources, version);
  // Bare, as a server has it.
  const repository = `${sources}.git`;
  await execa('git', ['clone', '--quiet', '--bare', sources, repository]);
  return { repository, version, commit };
}

/** URI, suite and components of Debian's packages, as the element that builds the image finds them. */
async function findRepository(folder: string, release: string): Promise<string> {
  for (const file of ['debootstrap/apt-source-lines.bash', 'debian-minimal/apt-sources.bash'])
    await copyFile(join(workspaceRoot, 'elements', file), join(folder, file.replace(/.*\//u, '')));
  const script = 'source ./apt-sources.bash; apt_sources';
  const env = { DIB_RELEASE: release, DIB_DEBIAN_COMPONENTS: 'main', DISTRO_NAME: 'debian' };
  const { stdout } = await execa('bash', ['--norc', '-euc', script], { cwd: folder, env });
  // Upstream's tarball is the same in security updates, and not each mirror of those has sources.
  return /^default:deb (?<repository>.+)$/mu.exec(stdout)?.groups?.['repository'] ?? '';
}

async function commitAll(repository: string, tag: string): Promise<string> {
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
  const git = (...args: readonly string[]) => execa('git', [...author, ...args], { cwd: repository });
  await git('init', '--quiet');
  await git('add', '--all', '--force');
  await git('commit', '--quiet', '--message', `octavia ${tag}`);
  await git('tag', tag);
  return (await git('rev-parse', 'HEAD')).stdout;
}
