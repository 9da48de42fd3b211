import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DiskLayout } from '../../block-device/disk-layout.ts';
import type { Origin } from '../../events/build-event.ts';
import { fail } from '../../diagnostics/failure.ts';
import { digestFile, digestOf, type Digest } from '../../fingerprint/digest.ts';
import type { ImageFormat } from '../../image-definition/image-definition.ts';
import type { LayerRecord } from '../../layers/layer-record.ts';
import { lockFile } from '../../store/file-lock.ts';
import { runCommand } from '../../util/run-command.ts';
import {
  type ArtifactMetadata,
  type ArtifactPlan,
  type ArtifactSources,
  planArtifact,
  storedDiskFormat,
} from './plan-artifacts.ts';
import { aboutToReplace, artifactFile, type OutputPlace, placeChecksums } from './output-place.ts';
import { isInPlace, placeArtifact, type Placement } from './place-artifact.ts';
import { contentsKey, noContents, type TreeContents } from './tree-contents.ts';
import type { Workbench } from '../workbench.ts';

/** A finished file in the output directory. */
export interface ImageArtifact {
  readonly format: ImageFormat;
  readonly file: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
  readonly origin: Origin;
  /** How the disk inside is laid out; undefined for archives. */
  readonly disk: DiskLayout | undefined;
}

/**
 * What is wanted of a finished tree. `needTree` is called, once, only if something must be made from the layers' bytes: it has them
 * ready, and tells what the tree is by then.
 */
export interface ArtifactsGoal {
  readonly sources: ArtifactSources;
  readonly formats: readonly ImageFormat[];
  readonly place: OutputPlace;
  readonly needTree: () => Promise<LayerRecord>;
}

/**
 * Has every wanted artifact in the output directory, whole, at the least cost: from the directory itself, from the
 * store, by converting what the store has, or from the layers.
 *
 * @returns 'tree changed' where a lost layer had to be made again and came out otherwise: then the goal is another one.
 */
export async function ensureArtifacts(
  bench: Workbench,
  goal: ArtifactsGoal,
): Promise<EnsuredArtifacts | 'tree changed'> {
  const wanted = new Set<ImageFormat>(
    goal.formats.map((format) => (format === 'raw' ? storedDiskFormat : format)),
  );
  const plans = [...wanted].map((format) => planArtifact(format, goal.sources));
  const made = await makeMissing(bench, goal, plans);
  if (made === 'tree changed') return made;
  const artifacts = await placeAll(bench, goal, made);
  const contents = await readContents(bench, goal.sources);
  return { artifacts, plans, contents: contents ?? noContents };
}

/** The artifacts, what they were made of, and what the tree holds. */
export interface EnsuredArtifacts {
  readonly artifacts: readonly ImageArtifact[];
  readonly plans: readonly ArtifactPlan[];
  readonly contents: TreeContents;
}

async function makeMissing(
  bench: Workbench,
  goal: ArtifactsGoal,
  plans: readonly ArtifactPlan[],
): Promise<ReadonlySet<ImageFormat> | 'tree changed'> {
  const missing = await missingOf(bench, plans);
  if (missing.length === 0 && (await readContents(bench, goal.sources)) !== undefined) return new Set();
  const lock = await lockFile(
    join(bench.store.paths.locks, planArtifact('qcow2', goal.sources).key),
    bench.signal,
  );
  try {
    const still = await missingOf(bench, plans);
    if (still.length === 0 && (await readContents(bench, goal.sources)) !== undefined) return new Set();
    const tree = await goal.needTree();
    if (contentsKey(tree) !== contentsKey(goal.sources.tree)) return 'tree changed';
    const started = performance.now();
    bench.report({ type: 'step-started', step: 'image', hookCount: 0 });
    // What writes disks is loaded only where there is one to write: a build that changes nothing is over before that.
    const { makeArtifacts } = await import('./make-artifacts.ts');
    await makeArtifacts(bench, { sources: goal.sources, missing: still });
    bench.report({
      type: 'step-finished',
      step: 'image',
      origin: 'run',
      durationMs: performance.now() - started,
    });
    return new Set(still.map((plan) => plan.format));
  } finally {
    await lock.release();
  }
}

async function missingOf(bench: Workbench, plans: readonly ArtifactPlan[]): Promise<readonly ArtifactPlan[]> {
  const missing: ArtifactPlan[] = [];
  for (const plan of plans) {
    const entry = await bench.store.find(`artifact ${plan.key}`);
    if (entry === undefined || (await bench.store.locate(entry.digest)) === undefined) missing.push(plan);
  }
  return missing;
}

async function readContents(bench: Workbench, sources: ArtifactSources): Promise<TreeContents | undefined> {
  const entry = await bench.store.find(contentsKey(sources.tree));
  const file = entry === undefined ? undefined : await bench.store.locate(entry.digest);
  return file === undefined ? undefined : (JSON.parse(await readFile(file, 'utf8')) as TreeContents);
}

/** One process at a time writes into an output directory. */
async function placeAll(
  bench: Workbench,
  goal: ArtifactsGoal,
  made: ReadonlySet<ImageFormat>,
): Promise<readonly ImageArtifact[]> {
  const lock = await lockFile(
    join(bench.store.paths.locks, `output-${digestOf(goal.place.directory)}`),
    bench.signal,
  );
  try {
    const artifacts: ImageArtifact[] = [];
    for (const format of goal.formats) artifacts.push(await placeFormat(bench, goal, { format, made }));
    return artifacts;
  } finally {
    await lock.release();
  }
}

async function placeFormat(
  bench: Workbench,
  goal: ArtifactsGoal,
  { format, made }: { readonly format: ImageFormat; readonly made: ReadonlySet<ImageFormat> },
): Promise<ImageArtifact> {
  const stored = format === 'raw' ? storedDiskFormat : format;
  const plan = planArtifact(stored, goal.sources);
  const entry = await bench.store.find<ArtifactMetadata>(`artifact ${plan.key}`);
  const blob = entry === undefined ? undefined : await bench.store.locate(entry.digest);
  if (entry === undefined || blob === undefined)
    fail({ code: 'blob-damaged', digest: entry?.digest ?? plan.key });
  const file = artifactFile(goal.place, goal.sources.definition.name, format);
  const { digest } = entry;
  const placement = { digest, file, ...placingOf(bench, goal) };
  const placed: Placed =
    format === 'raw'
      ? await placeRaw(bench, blob, placement)
      : { digest, sizeBytes: entry.sizeBytes, was: await placeArtifact({ ...placement, blob }) };
  const { was, ...facts } = placed;
  await placeChecksums(bench.store, goal.place, { file, digest: placed.digest });
  const origin: Origin = made.has(stored) ? 'run' : 'restored';
  const artifact = { format, file, ...facts, origin };
  bench.report({ type: 'artifact', ...artifact, ...(was === 'in place' ? { inPlace: true } : {}) });
  return { ...artifact, disk: entry.metadata.disk };
}

function placingOf(bench: Workbench, { place }: ArtifactsGoal): Pick<Placement, 'notes' | 'beforeReplacing'> {
  return { notes: bench.store.paths.proven, beforeReplacing: (file) => aboutToReplace(place, file) };
}

interface Placed {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly was: 'in place' | 'written';
}

/**
 * A raw disk is written into the output directory only: converted from the stored one, and known again by its digest.
 *
 * @param from the stored disk; `digest` of the placement is its own.
 */
async function placeRaw(
  bench: Workbench,
  from: string,
  { file, digest: of, notes, beforeReplacing }: Omit<Placement, 'blob'>,
): Promise<Placed> {
  const known = (await bench.store.find<RawNote>(`raw of ${of}`))?.metadata.raw;
  if (known !== undefined && (await isInPlace({ file, notes, digest: known.digest })))
    return { digest: known.digest, sizeBytes: known.sizeBytes, was: 'in place' };
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.part`;
  const args = ['convert', '-q', '-f', 'qcow2', '-O', 'raw', from, part];
  const converted = await runCommand({ file: 'qemu-img', args });
  if (!converted.ok) {
    await rm(part, { force: true });
    fail({
      code: 'command-failed',
      command: `qemu-img ${args.join(' ')}`,
      status: converted.status,
      output: converted.stderr,
    });
  }
  const raw = { digest: await digestFile(part), sizeBytes: (await stat(part)).size };
  await bench.store.commitBytes<RawNote>(`raw of ${of}`, Buffer.from(raw.digest), { raw });
  if (await isInPlace({ file, notes, digest: raw.digest })) {
    await rm(part);
    return { ...raw, was: 'in place' };
  }
  await beforeReplacing?.(file);
  await rename(part, file);
  return { ...raw, was: 'written' };
}

interface RawNote {
  readonly raw: { readonly digest: Digest; readonly sizeBytes: number };
}
