import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { OutputPlace } from '@kiln/engine/execute/artifacts/output-place.ts';
import { checksumEndings, keepEarlierOutput } from '@kiln/engine/formats/keep-earlier-output.ts';
import { storeDirectory } from '../../app/workspace.ts';
import type { DiskImageInvocation } from './disk-image-invocation.ts';

/** Where the parts of a build go. All paths are absolute. */
export interface OutputFiles {
  readonly store: string;
  /** The output without suffix. */
  readonly base: string;
  readonly place: OutputPlace;
  /** A path below the output's folder as the user would write it. */
  readonly shown: (file: string) => string;
}

/**
 * Works out where everything goes.
 *
 * Artifacts lie where `-o` says. What Kiln keeps of the build (manifest, receipt, logs) lies in the store, so that the
 * user's folder gets nothing that diskimage-builder would not put there. The store is KILN_STORE; else it is in the
 * image cache, where another than diskimage-builder's usual one is named, so that big files go where the user wants them; else
 * the usual one.
 *
 * @param kept called with each earlier output that was given another name.
 */
export function outputFilesOf(
  invocation: DiskImageInvocation,
  { cwd, kept }: { readonly cwd: string; readonly kept: (file: string, name: string) => void },
): OutputFiles {
  const store = storeOf(invocation, cwd);
  const base = resolve(cwd, invocation.outputName);
  const shownDirectory = dirname(invocation.outputName);
  const name = createHash('sha256').update(base).digest('hex').slice(0, 16);
  return {
    store,
    base,
    shown: (file) => join(shownDirectory, basename(file)),
    place: {
      directory: dirname(base),
      records: join(store, 'outputs', `${basename(base)}-${name}`),
      checksums: invocation.checksums,
      naming: 'diskimage-builder',
      shownDirectory: shownDirectory === '.' ? undefined : shownDirectory,
      beforeReplacing: (file) => (invocation.overwrite ? dropChecksums(file) : rename(file, kept)),
    },
  };
}

function storeOf({ environment, imageCache }: DiskImageInvocation, cwd: string): string {
  const given = environment['KILN_STORE'];
  if (given !== undefined && given !== '') return resolve(cwd, given);
  const usual = join(environment['HOME'] ?? homedir(), '.cache/image-create');
  return imageCache === undefined || resolve(cwd, imageCache) === usual
    ? storeDirectory(environment)
    : join(resolve(cwd, imageCache), 'kiln');
}

/** They are those of the file that is replaced. */
async function dropChecksums(file: string): Promise<void> {
  for (const ending of checksumEndings) await rm(`${file}${ending}`, { force: true });
}

async function rename(file: string, kept: (file: string, name: string) => void): Promise<void> {
  const name = await keepEarlierOutput(file, new Date());
  if (name !== undefined) kept(file, name);
}
