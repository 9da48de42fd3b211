import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import type { StepName } from '../../plan/step.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';
import { fetchLimit } from '../../sources/fetching.ts';
import { mapLimited } from '../../util/map-limited.ts';
import { provideSource } from '../locks/provide-source.ts';
import type { Workbench } from '../workbench.ts';

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
  const places = (
    await mapLimited(wanted, fetchLimit, (thing) => provideSource(bench.fetching, thing))
  ).flat();
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
