import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '../diagnostics/failure.ts';
import type { LockedThing } from '../lock/lock-request.ts';
import { sandboxPaths } from '../plan/hook-environment.ts';
import type { StepName } from '../plan/step.ts';
import type { Sandbox } from '../sandbox/open-sandbox.ts';
import { fetchAptIndex } from '../sources/fetch-apt-index.ts';
import { fetchFile, findFetched } from '../sources/fetch-file.ts';
import { fetchLimit } from '../sources/fetching.ts';
import { fetchCommit } from '../sources/git-mirror.ts';
import { mapLimited } from '../util/map-limited.ts';
import { withoutPassword } from '../util/without-password.ts';
import type { Workbench } from './workbench.ts';

/** A file or folder of the host, and where hooks find it below `$KILN_SOURCES`. */
interface Place {
  readonly from: string;
  readonly path: string;
}

/**
 * Has ready what a step takes from the outside world, and shows it to its hooks, read-only:
 *
 *     $KILN_SOURCES/apt/<name>/InRelease, …/main/binary-amd64/Packages.xz    as beside the InRelease on the mirror
 *     $KILN_SOURCES/git/<name>/repository    a bare repository, with `commit` beside it: a file with the commit's hash, and `tag`
 *     $KILN_SOURCES/tar/<name>, file/<name>  the file itself
 *
 * Comes before the first hook, from the content store or the network.
 */
export async function mountSources(
  bench: Workbench,
  sandbox: Sandbox,
  { folder, step }: { readonly folder: string; readonly step: StepName },
): Promise<void> {
  const wanted = bench.locked.filter((thing) => thing.request.step === step);
  const places = (await mapLimited(wanted, fetchLimit, (thing) => provide(bench, thing))).flat();
  const root = join(folder, 'sources');
  await mkdir(root, { recursive: true });
  for (const { request, entry } of wanted) {
    if (entry.kind !== 'git') continue;
    const target = join(root, 'git', request.name);
    await mkdir(join(target, 'repository'), { recursive: true });
    await writeFile(join(target, 'commit'), `${entry.commit}\n`);
    if (entry.tag !== undefined) await writeFile(join(target, 'tag'), `${entry.tag}\n`);
  }
  for (const { path } of places.filter((place) => !place.path.startsWith('git/'))) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), '');
  }
  if (places.length === 0) return;
  const pairs = places.flatMap(({ from, path }) => [from, `${sandboxPaths.sources}/${path}`]);
  await sandbox.run(['bash', '--norc', '-c', mountScript, 'kiln-sources', ...pairs]);
}

const mountScript = `set -eu
while [ $# -gt 0 ]; do
  mount --bind "$1" "$2"
  mount -o remount,bind,ro "$2"
  shift 2
done`;

async function provide(bench: Workbench, { request, entry }: LockedThing): Promise<readonly Place[]> {
  const { fetching } = bench;
  const path = `${request.kind}/${request.name}`;
  if (request.kind === 'apt' && entry.kind === 'apt') {
    const files = await fetchAptIndex(fetching, { ...request, digest: entry.digest });
    return files.map(({ path: inside, file }) => ({ from: file, path: `${path}/${inside}` }));
  }
  if (request.kind === 'git' && entry.kind === 'git') {
    const { location, ref } = request;
    const mirror = await fetchCommit(fetching, { location, ref, commit: entry.commit, tag: entry.tag });
    return [{ from: mirror, path: `${path}/repository` }];
  }
  if (request.kind === 'apt' || request.kind === 'git' || entry.kind === 'apt' || entry.kind === 'git')
    return [];
  const found = (await findFetched(fetching, entry.digest)) ?? (await fetchFile(fetching, request.location));
  if (found.digest !== entry.digest) {
    const url = withoutPassword(request.location);
    fail({ code: 'lock-moved', name: `${request.kind} '${request.name}'`, url });
  }
  return [{ from: found.path, path }];
}
