import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestFile, digestOf, type Digest } from '../../fingerprint/digest.ts';
import { runCommand } from '../../util/run-command.ts';
import { fail } from '../../diagnostics/failure.ts';
import { freeBytesAt, fullDiskText } from '../../diagnostics/full-disk.ts';

/** A file that is to be where the user looks for it, with the bytes of a blob. */
export interface Placement {
  readonly blob: string;
  readonly digest: Digest;
  readonly file: string;
  /** Folder for notes on files that were checked before (`proven` of the store). */
  readonly notes: string;
  /** Called before a file of other content is replaced. */
  readonly beforeReplacing?: ((file: string) => Promise<void>) | undefined;
}

/**
 * Whether a file has the bytes of a digest. It is read again only if its size, times or inode changed since it was last
 * checked.
 */
export async function isInPlace({
  digest,
  file,
  notes,
}: Omit<Placement, 'blob' | 'beforeReplacing'>): Promise<boolean> {
  const facts = await factsOf(file);
  if (facts === undefined) return false;
  const [noted, ...checked] = (await readFile(noteOf(file, notes), 'utf8').catch(() => '')).split(' ');
  if (checked.join(' ') === facts) return noted === digest;
  const found = await digestFile(file);
  await writeFile(noteOf(file, notes), `${found} ${facts}`);
  return found === digest;
}

function noteOf(file: string, notes: string): string {
  return join(notes, `placed-${digestOf(file)}`);
}

/**
 * Puts a copy of a blob in its place, as a clone of its blocks where the file system can (reflink), whole or not at all.
 * A file that is there and whole is left alone.
 */
export async function placeArtifact(placement: Placement): Promise<'in place' | 'written'> {
  const { blob, digest, file, notes } = placement;
  if (await isInPlace(placement)) return 'in place';
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.part`;
  await rm(part, { force: true });
  const [copied, found] = await Promise.all([
    runCommand({ file: 'cp', args: ['--reflink=auto', '--sparse=auto', blob, part] }),
    digestFile(blob),
  ]);
  if (!copied.ok) {
    await rm(part, { force: true });
    if (fullDiskText.test(copied.stderr)) {
      const path = dirname(file);
      const neededBytes = (await stat(blob)).blocks * 512;
      const doing = `writing ${file}`;
      fail({ code: 'disk-full', path, freeBytes: await freeBytesAt(path), neededBytes, doing });
    }
    fail({
      code: 'command-failed',
      command: `cp ${blob} ${part}`,
      status: copied.status,
      output: copied.stderr,
    });
  }
  if (found !== digest) {
    await rm(part, { force: true });
    fail({ code: 'blob-damaged', digest });
  }
  await chmod(part, 0o644);
  await placement.beforeReplacing?.(file);
  await rename(part, file);
  await writeFile(noteOf(file, notes), `${digest} ${(await factsOf(file)) ?? ''}`);
  return 'written';
}

/** While they stand, so does what is in the file. */
async function factsOf(file: string): Promise<string | undefined> {
  const facts = await stat(file, { bigint: true }).catch(() => undefined);
  return facts === undefined ? undefined : `${facts.size} ${facts.mtimeNs} ${facts.ctimeNs} ${facts.ino}`;
}
