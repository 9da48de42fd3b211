import { fail } from '../../diagnostics/failure.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';
import type { Phase } from '../../util/phase.ts';
import type { Workbench } from '../workbench.ts';

/** Indexes of sources that elements add are there from here on; those of `root` from the beginning. */
const withAddedSources: ReadonlySet<Phase> = new Set(['install', 'post-install', 'post-root']);

/**
 * Makes sure that packages came from the locked indexes: each of them is among the InRelease files of the tree's apt, byte
 * for byte. A hook that fetched them anew and found that the mirror moved fails the step with 'lock-moved', before
 * anything of it is kept. Indexes that are not locked may be there too. A tree without any has nothing to check.
 */
export async function checkIndexes(
  bench: Pick<Workbench, 'locked'>,
  sandbox: Sandbox,
  phase: Phase,
): Promise<void> {
  const due = bench.locked.flatMap(({ request, entry }) =>
    entry.kind === 'apt' && (request.step === 'root' || withAddedSources.has(phase)) ? [entry] : [],
  );
  if (due.length === 0) return;
  const listed = await sandbox.run([
    'bash',
    '--norc',
    '-c',
    digestScript,
    'kiln-check',
    sandboxPaths.targetRoot,
  ]);
  if (listed.stdout === '') return;
  const present = new Set(listed.stdout.split('\n').map((line) => line.split(' ')[0] ?? ''));
  const moved = due.find((entry) => !present.has(entry.digest));
  if (moved !== undefined) fail({ code: 'lock-moved', name: `the package index '${moved.name}'` });
}

const digestScript = `cd "$1/var/lib/apt/lists" 2>/dev/null || exit 0
find . -maxdepth 1 -type f -name '*InRelease' -exec sha256sum {} +`;
