import { lstat, mkdir, readdir, readFile, readlink, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../../diagnostics/failure.ts';
import { digestFile, digestOf, type Digest } from '../../fingerprint/digest.ts';
import { scratchPath } from '../../store/scratch-path.ts';
import { runCommand } from '../../util/run-command.ts';
import type { OutputPlace } from './output-place.ts';
import type { Workbench } from '../workbench.ts';
import { writeWhole } from '../write-whole.ts';

/** What the hooks of one step wrote into the folder that they were started in. */
export interface HookOutputs {
  readonly step: string;
  readonly digest: Digest;
}

/**
 * Hands out what hooks wrote into their folder (kernels, ramdisks, manifests) beside the artifacts; of one name, what a later step wrote.
 *
 * Files that are there with these bytes are left alone. That is noted in `handed-out.json`, so that nothing is unpacked when nothing
 * changed.
 *
 * @returns 'bytes missing' where the store lost some: then their steps must be made again.
 */
export async function handOut(
  bench: Pick<Workbench, 'store' | 'report'>,
  outputs: readonly HookOutputs[],
  place: Pick<OutputPlace, 'directory' | 'records'>,
): Promise<'done' | 'bytes missing'> {
  const known = await readNotes(place.records);
  const notes: Notes = {};
  const taken = new Set<string>();
  for (const { step, digest } of outputs.toReversed()) {
    const before = known[step];
    if (before?.digest === digest && (await areInPlace(before.files, place.directory))) {
      notes[step] = before;
      for (const path of Object.keys(before.files)) taken.add(path);
      continue;
    }
    const blob = await bench.store.locate(digest);
    if (blob === undefined) return 'bytes missing';
    const files = await unpack(bench, blob, { directory: place.directory, taken });
    for (const path of Object.keys(files)) taken.add(path);
    notes[step] = { digest, files };
  }
  if (outputs.length > 0)
    await writeWhole(join(place.records, 'handed-out.json'), `${JSON.stringify(notes)}\n`);
  return 'done';
}

/** By step: what it handed out and no later one did, and how each file looked then. */
type Notes = Record<string, { readonly digest: string; readonly files: Readonly<Record<string, string>> }>;

async function readNotes(records: string): Promise<Notes> {
  const text = await readFile(join(records, 'handed-out.json'), 'utf8').catch(() => '{}');
  return JSON.parse(text) as Notes;
}

async function areInPlace(files: Readonly<Record<string, string>>, directory: string): Promise<boolean> {
  for (const [path, facts] of Object.entries(files))
    if ((await factsOf(join(directory, path))) !== facts) return false;
  return true;
}

async function factsOf(file: string): Promise<string | undefined> {
  const facts = await lstat(file, { bigint: true }).catch(() => undefined);
  return facts === undefined ? undefined : `${facts.size} ${facts.mtimeNs} ${facts.ctimeNs} ${facts.ino}`;
}

async function unpack(
  { store, report }: Pick<Workbench, 'store' | 'report'>,
  blob: string,
  { directory, taken }: { readonly directory: string; readonly taken: ReadonlySet<string> },
): Promise<Readonly<Record<string, string>>> {
  const scratch = scratchPath(store.paths.work, 'outputs');
  try {
    const args = [`--extract=${scratch}`, '--no-preserve', blob];
    const unpacked = await runCommand({ file: 'fsck.erofs', args });
    if (!unpacked.ok)
      fail({
        code: 'command-failed',
        command: `fsck.erofs ${args.join(' ')}`,
        status: unpacked.status,
        output: unpacked.stderr,
      });
    const files: Record<string, string> = {};
    for (const path of await listFiles(scratch, '')) {
      if (taken.has(path)) continue;
      const target = join(directory, path);
      if (await place(join(scratch, path), target))
        report({ type: 'note', message: `a hook hands out ${target}` });
      files[path] = (await factsOf(target)) ?? '';
    }
    return files;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function listFiles(root: string, below: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (entry.isDirectory()) paths.push(...(await listFiles(root, path)));
    else paths.push(path);
  }
  return paths.toSorted();
}

/** Whole or not at all. @returns whether something changed. */
async function place(source: string, target: string): Promise<boolean> {
  if (await sameContent(source, target)) return false;
  await mkdir(join(target, '..'), { recursive: true });
  const part = `${target}.part`;
  await rm(part, { force: true });
  const copied = await runCommand({ file: 'cp', args: ['--no-dereference', '--reflink=auto', source, part] });
  if (!copied.ok)
    fail({
      code: 'command-failed',
      command: `cp ${source} ${part}`,
      status: copied.status,
      output: copied.stderr,
    });
  await rename(part, target);
  return true;
}

async function sameContent(left: string, right: string): Promise<boolean> {
  const [one, other] = [await contentOf(left), await contentOf(right)];
  return one !== undefined && one === other;
}

async function contentOf(file: string): Promise<string | undefined> {
  const facts = await lstat(file).catch(() => undefined);
  if (facts?.isSymbolicLink() === true) return `link ${digestOf(await readlink(file))}`;
  return facts?.isFile() === true ? digestFile(file) : undefined;
}
