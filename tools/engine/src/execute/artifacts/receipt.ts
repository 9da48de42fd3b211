import { existsSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { digestFile } from '../../fingerprint/digest.ts';
import type { ContentStore } from '../../store/content-store.ts';
import { scratchPath } from '../../store/scratch-path.ts';
import type { ImageArtifact } from './ensure-artifacts.ts';
import type { StepState } from '../steps/ensure-steps.ts';
import { type ArtifactPlan, artifactMetadata } from './plan-artifacts.ts';
import { keyOfStep } from '../steps/stored-step.ts';
import { contentsKey, type TreeContents } from './tree-contents.ts';
import type { Workbench } from '../workbench.ts';
import { writeWhole } from '../write-whole.ts';

/**
 * Under which keys an image's last build was made, beside its artifacts as `receipt.json`: lines of the store's index,
 * each with what it points to, or with the artifact that has the bytes. A store that lost them takes them back from here, so that
 * a whole artifact is not built again because a cache was emptied.
 */
const receiptSchema = z.object({
  formatVersion: z.literal(1),
  entries: z.array(
    z.object({
      key: z.string(),
      metadata: z.unknown(),
      /** Small blobs themselves. */
      text: z.string().optional(),
      /** Or the artifact, by its path from here and its digest. */
      file: z.object({ name: z.string(), digest: z.string() }).optional(),
    }),
  ),
});

type Receipt = z.infer<typeof receiptSchema>;

/** Everything that a finished build knows about itself. */
export interface ReceiptSources {
  readonly steps: readonly StepState[];
  readonly artifacts: readonly ImageArtifact[];
  readonly plans: readonly ArtifactPlan[];
  readonly contents: TreeContents;
}

/** Writes the receipt of a finished build. */
export async function writeReceipt(directory: string, sources: ReceiptSources): Promise<void> {
  const { steps, artifacts, plans, contents } = sources;
  const tree = steps.at(-1)?.record;
  const receipt: Receipt = {
    formatVersion: 1,
    entries: [
      // Nobody else is to find what was changed in a shell.
      ...steps
        .filter(({ isKept }) => isKept)
        .map(({ chain, record, durationMs }) => ({
          key: keyOfStep(chain),
          metadata: { record, durationMs },
          text: JSON.stringify(chain.record),
        })),
      ...(tree === undefined
        ? []
        : [{ key: contentsKey(tree), metadata: null, text: JSON.stringify(contents) }]),
      ...plans.flatMap((plan) => {
        const artifact = artifacts.find((candidate) => candidate.format === plan.format);
        if (artifact === undefined) return [];
        const file = { name: relative(directory, artifact.file), digest: artifact.digest };
        return [{ key: `artifact ${plan.key}`, metadata: artifactMetadata(plan, artifact.disk), file }];
      }),
    ],
  };
  await writeWhole(join(directory, 'receipt.json'), `${JSON.stringify(receipt)}\n`);
}

/** Gives back to the store what it lost of an image's last build and the output directory still has. A receipt that cannot be read counts for nothing. */
export async function adoptReceipt(bench: Pick<Workbench, 'store'>, directory: string): Promise<void> {
  for (const entry of await readEntries(directory)) {
    if (await isKnown(bench.store, entry.key)) continue;
    if (entry.text !== undefined)
      await bench.store.commitBytes(entry.key, Buffer.from(entry.text), entry.metadata);
    if (entry.file !== undefined) await adoptFile(bench.store, { ...entry, file: entry.file }, directory);
  }
}

/** What a build would take back from an output directory, by its key in the store; files are not read. */
export async function readReceipt(directory: string): Promise<ReadonlyMap<string, unknown>> {
  const entries = await readEntries(directory);
  const there = entries.filter(({ file }) => file === undefined || existsSync(join(directory, file.name)));
  return new Map(there.map(({ key, metadata }) => [key, metadata]));
}

async function readEntries(directory: string): Promise<Receipt['entries']> {
  const text = await readFile(join(directory, 'receipt.json'), 'utf8').catch(() => '');
  return parseReceipt(text)?.entries ?? [];
}

function parseReceipt(text: string): Receipt | undefined {
  try {
    return receiptSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function isKnown(store: ContentStore, key: string): Promise<boolean> {
  const found = await store.find(key);
  return found !== undefined && (await store.locate(found.digest)) !== undefined;
}

async function adoptFile(
  store: ContentStore,
  entry: {
    readonly key: string;
    readonly metadata?: unknown;
    readonly file: { readonly name: string; readonly digest: string };
  },
  directory: string,
): Promise<void> {
  const file = join(directory, entry.file.name);
  if ((await digestFile(file).catch(() => undefined)) !== entry.file.digest) return;
  const copy = scratchPath(store.paths.work, 'adopted');
  await cp(file, copy);
  await store.commitFile(entry.key, copy, entry.metadata);
}
