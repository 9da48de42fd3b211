import { join } from 'node:path';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import type { StepName } from '../../plan/step.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';
import { servePackageIndex } from '../../sources/serve-package-index.ts';
import { writePackageIndex } from '../../sources/write-package-index.ts';
import type { Workbench } from '../workbench.ts';

/** How hooks in the target root reach the package indexes that elements asked for; `variables` are for their environment. */
export interface OfferedIndex {
  readonly variables: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** On the target root's own /dev, which is a mount: so it leaves nothing in a layer. */
const insideTarget = '/dev/package-index';

const stepsInTarget: ReadonlySet<StepName> = new Set(['pre-install', 'install', 'post-install']);

/**
 * Offers the package indexes to the hooks of a step, as `KILN_PACKAGE_INDEX`: by a server on this machine, whose files come by way of
 * the content store; offline as files, of all that the store has. The variable is in no key: it says how packages come, not which.
 */
export async function offerPackageIndex(
  bench: Workbench,
  sandbox: Sandbox,
  { folder, step }: { readonly folder: string; readonly step: StepName },
): Promise<OfferedIndex> {
  const { packageIndexes: indexes, fetching } = bench;
  if (indexes.length === 0 || !stepsInTarget.has(step)) return { variables: {}, close: async () => {} };
  if (fetching.network === 'online') {
    const served = await servePackageIndex(fetching, indexes);
    return { variables: { KILN_PACKAGE_INDEX: served.url }, close: served.close };
  }
  await writePackageIndex(fetching, indexes, join(folder, 'package-index'));
  const target = `${sandboxPaths.targetRoot}${insideTarget}`;
  const from = `${sandboxPaths.build}/package-index`;
  await sandbox.run(['mkdir', target]);
  await sandbox.run(['mount', '--bind', from, target]);
  return { variables: { KILN_PACKAGE_INDEX: `file://${insideTarget}/simple` }, close: async () => {} };
}
