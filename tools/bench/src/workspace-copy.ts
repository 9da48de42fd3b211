import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** A clone of this repository in which a benchmark may change files, with a store of its own. */
export interface WorkspaceCopy {
  readonly root: string;
  readonly store: string;
  /** Runs one Nx target and returns how long it took as a whole process, in seconds. Throws where it fails. */
  readonly run: (target: string, environment?: Readonly<Record<string, string>>) => Promise<number>;
  /** Empties the store except for package caches, and Nx's cache and dist/: the next build is from nothing, with warm package caches. */
  readonly forget: () => void;
  readonly remove: () => void;
}

/** Clones what is committed; `node_modules` is copied by hard links. */
export async function copyWorkspace(repository: string): Promise<WorkspaceCopy> {
  const parent = join(repository, 'dist/bench');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'run-'));
  const root = join(folder, 'workspace');
  const store = join(folder, 'store');
  await execa('git', ['clone', '--quiet', repository, root]);
  await execa('cp', ['-al', join(repository, 'node_modules'), join(root, 'node_modules')]);
  const env = { CI: 'true', NX_DAEMON: 'false', KILN_STORE: store, ELEMENTS_PATH: '' };
  return {
    root,
    store,
    run: async (target, environment = {}) => {
      const started = performance.now();
      await execa('npx', ['nx', 'run', target], { cwd: root, env: { ...env, ...environment } });
      return (performance.now() - started) / 1000;
    },
    forget: () => {
      for (const path of ['.nx', 'dist']) rmSync(join(root, path), { recursive: true, force: true });
      for (const name of readdirSync(join(store, 'v1'))) {
        if (name !== 'caches') rmSync(join(store, 'v1', name), { recursive: true, force: true });
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
