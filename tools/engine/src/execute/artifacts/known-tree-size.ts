import { readFile } from 'node:fs/promises';
import type { TreeSize } from '../../block-device/layout/filesystem-need.ts';
import type { TreeMeasure } from '../../block-device/layout/measure-tree.ts';
import { planDiskLayout } from '../../block-device/layout/plan-disk-layout.ts';
import { BuildFailure, type Failure } from '../../diagnostics/failure.ts';
import type { ResolvedImage } from '../../elements/resolved-image.ts';
import type { Key } from '../../fingerprint/digest.ts';
import { keyOf } from '../../fingerprint/key-record.ts';
import { isTreeFormat } from '../../formats/image-format.ts';
import type { BuildPlan } from '../../plan/build-plan.ts';
import { describe } from '../../plan/plan-step.ts';
import type { ContentStore } from '../../store/content-store.ts';
import type { DiskDraft } from './draft-disk.ts';

/**
 * How large the tree was that these elements made last, in the store under `tree size <key>` as JSON: so that a disk that is sure to be
 * too small is refused before hooks run for minutes, and not after. The key has names alone: a build that differs from that one may
 * make less, and is only warned.
 */
interface NotedSize extends TreeSize {
  readonly subtrees: Readonly<Record<string, TreeSize>>;
  /** What it was made of: see `treeKey`. */
  readonly tree: Key;
}

function sizeKey({ definition, elements }: ResolvedImage): string {
  const inputs = {
    elements: elements.map(({ name }) => name).join(' '),
    packages: definition.packages.toSorted().join(' '),
    architecture: definition.architecture,
    release: definition.environment['DIB_RELEASE'] ?? '',
  };
  return `tree size ${keyOf({ version: 1, inputs })}`;
}

/** All that decides the tree up to the point where there is a disk. */
function treeKey({ steps }: BuildPlan): Key {
  const early = steps.filter(({ name }) => name !== 'block-device' && name !== 'finalise');
  const inputs = early.flatMap(({ name, inputs: own, hooksDirectory }) => [
    ...Object.entries(own).map(([input, value]) => [`${name} ${input}`, value]),
    ...hooksDirectory.map((file) => [`${name} file ${file.path}`, describe(file)]),
  ]);
  return keyOf({ version: 1, inputs: Object.fromEntries(inputs) });
}

/** Notes what was measured for the next build of these elements. */
export async function noteTreeSize(
  store: ContentStore,
  image: ResolvedImage,
  plan: BuildPlan,
  { bytes, inodes, subtrees }: TreeMeasure,
): Promise<void> {
  const noted: NotedSize = {
    bytes,
    inodes,
    subtrees: Object.fromEntries(subtrees),
    tree: treeKey(plan),
  };
  await store.commitBytes(sizeKey(image), Buffer.from(JSON.stringify(noted)), null);
}

/**
 * Throws 'image-size-too-small' where the disk that is asked for would not hold the tree that these elements made last, and nothing
 * that decides the tree has changed since.
 *
 * @returns the same as warnings where something has.
 */
export async function refuseSmallDisk(
  store: ContentStore,
  image: ResolvedImage,
  plan: BuildPlan,
  { graph, request }: Pick<DiskDraft, 'graph' | 'request'>,
): Promise<readonly Failure[]> {
  if (image.definition.formats.every(isTreeFormat)) return [];
  if (request.sizeBytes === undefined && graph.disk.sizeBytes === undefined) return [];
  const noted = await readNote(store, sizeKey(image));
  if (noted === undefined) return [];
  const layout = planDiskLayout({
    ...request,
    graph,
    treeBytes: noted.bytes,
    treeInodes: noted.inodes,
    subtrees: new Map(Object.entries(noted.subtrees)),
    seed: 'known size',
  });
  if (layout.ok) return [];
  const known = layout.failures.map((failure): Failure =>
    failure.code === 'image-size-too-small' ? { ...failure, known: 'from the last build' } : failure,
  );
  if (noted.tree === treeKey(plan)) throw new BuildFailure(known);
  return known;
}

/** The store and the work folder together hold at most so many times the tree, at the worst moment of a build. */
const peakFactor = 3;

/** Runs `body`; a disk that ran full meanwhile is told with what a build of these elements needs, where they were built before. */
export async function tellingNeed<T>(
  store: ContentStore,
  image: ResolvedImage,
  body: () => Promise<T>,
): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof BuildFailure) || !error.failures.some(({ code }) => code === 'disk-full'))
      throw error;
    const noted = await readNote(store, sizeKey(image));
    if (noted === undefined) throw error;
    const neededBytes = noted.bytes * peakFactor;
    throw new BuildFailure(
      error.failures.map((failure) => (failure.code === 'disk-full' ? { neededBytes, ...failure } : failure)),
    );
  }
}

async function readNote(store: ContentStore, key: string): Promise<NotedSize | undefined> {
  const entry = await store.find(key);
  const file = entry === undefined ? undefined : await store.locate(entry.digest);
  return file === undefined ? undefined : (JSON.parse(await readFile(file, 'utf8')) as NotedSize);
}
