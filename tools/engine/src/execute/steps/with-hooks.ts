import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookFile } from '../../elements/merge-hooks.ts';
import { openSandbox, type Sandbox } from '../../sandbox/open-sandbox.ts';
import { openWorkFolder } from '../../store/work-folder.ts';
import type { Workbench } from '../workbench.ts';
import { writeFiles } from './write-files.ts';
import { writePrograms } from './write-programs.ts';

/** Runs the body in a sandbox without a tree, in which files of the hooks directory lie where hooks find them. */
export async function withHooks<T>(
  bench: Workbench,
  files: readonly HookFile[],
  body: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const folder = await openWorkFolder(bench.store.paths.work, bench.asRoot);
  try {
    const sandbox = await openSandbox(folder.path, bench.privilege, bench.signal);
    try {
      await writeFiles(join(folder.path, 'hooks'), files, 0);
      await writePrograms(folder.path);
      for (const name of ['outputs', 'mnt', 'elements', 'image-cache']) await mkdir(join(folder.path, name));
      return await body(sandbox);
    } finally {
      await sandbox.close();
    }
  } finally {
    await folder.close();
  }
}
