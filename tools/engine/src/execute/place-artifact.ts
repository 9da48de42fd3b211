import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestFile, digestOf, type Digest } from '../fingerprint/digest.ts';
import { runCommand } from '../util/run-command.ts';
import { fail } from '../diagnostics/failure.ts';

/** A file that is to be where the user looks for it, with the bytes of a blob. */
export interface Placement {
  readonly blob: string;
  readonly digest: Digest;
  readonly file: string;
  /** Folder for notes on files that were checked before (`proven` of the store). */
  readonly notes: string;
}

/**
 * Puts a copy of a blob in its place, as a clone of its blocks where the file system can (reflink), whole or not at all.
 *
 * A file that is there is read again only if its size, times or inode changed since it was last checked.
 *
 * @returns whether it had to be written.
 */
export async function placeArtifact({ blob, digest, file, notes }: Placement): Promise<'placed' | 'kept'> {
  const note = join(notes, `placed-${digestOf(file)}`);
  const noted = await readFile(note, 'utf8').catch(() => '');
  const facts = await factsOf(file, digest);
  if (facts !== undefined && noted === facts) return 'kept';
  if (facts !== undefined && (await digestFile(file)) === digest) {
    await writeFile(note, facts);
    return 'kept';
  }
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.part`;
  await rm(part, { force: true });
  const copied = await runCommand({ file: 'cp', args: ['--reflink=auto', '--sparse=auto', blob, part] });
  if (!copied.ok) {
    await rm(part, { force: true });
    if (/No space left/.test(copied.stderr))
      fail({ code: 'disk-full', path: dirname(file), freeBytes: 0, doing: `writing ${file}` });
    fail({
      code: 'command-failed',
      command: `cp ${blob} ${part}`,
      status: copied.status,
      output: copied.stderr,
    });
  }
  await chmod(part, 0o644);
  if ((await digestFile(part)) !== digest) fail({ code: 'blob-damaged', digest });
  await rename(part, file);
  await writeFile(note, (await factsOf(file, digest)) ?? '');
  return 'placed';
}

async function factsOf(file: string, digest: Digest): Promise<string | undefined> {
  const facts = await stat(file, { bigint: true }).catch(() => undefined);
  return facts === undefined
    ? undefined
    : `${digest} ${facts.size} ${facts.mtimeNs} ${facts.ctimeNs} ${facts.ino}`;
}
