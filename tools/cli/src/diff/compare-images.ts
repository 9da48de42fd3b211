import type { ImageManifest } from '@kiln/engine/execute/artifacts/image-manifest.ts';
import { type MountedTree, withLayers } from '@kiln/engine/execute/shell/open-layers.ts';
import type { Digest } from '@kiln/engine/fingerprint/digest.ts';
import { storeDirectory } from '../app/workspace.ts';
import { compareFiles, type FileDifference } from './compare-files.ts';
import { compareValues, type ValueDifference } from './compare-values.ts';
import { comparedFiles, type ComparedTree } from './compared-tree.ts';
import { openArtifactTree, packageVersions, type Subject } from './open-subject.ts';

/** How two images differ. What cannot be compared is null. */
export interface ImageDifference {
  readonly packages: readonly ValueDifference[];
  readonly elements: readonly ValueDifference[] | null;
  /** Sources and indexes, by what was taken in. */
  readonly sources: readonly ValueDifference[] | null;
  readonly artifacts: readonly ValueDifference[] | null;
  /** Steps whose layers differ: identifiers of the disk are made of all of them, of what later steps removed, too. */
  readonly layers: readonly ValueDifference[] | null;
  readonly files: readonly FileDifference[] | null;
}

/**
 * Compares two images: what their manifests say, and their files, from the layers in the store or from the artifacts.
 *
 * @param onRead told of each artifact that is about to be read, which takes a while.
 */
export async function compareImages(
  before: Subject,
  after: Subject,
  onRead: (file: string) => void,
): Promise<ImageDifference> {
  const [left, right] = [before.manifest, after.manifest];
  const manifests =
    left === undefined || right === undefined
      ? { elements: null, sources: null, artifacts: null, layers: null }
      : {
          elements: compareValues(elementsOf(left), elementsOf(right)),
          sources: compareValues(
            new Map(Object.entries(left.sources)),
            new Map(Object.entries(right.sources)),
          ),
          artifacts: compareValues(artifactDigests(left), artifactDigests(right)),
          layers: compareValues(layerDigests(left), layerDigests(right)),
        };
  const trees = await compareTrees(before, after, onRead);
  return { ...manifests, ...trees };
}

type TreeDifference = Pick<ImageDifference, 'files' | 'packages'>;

async function compareTrees(
  before: Subject,
  after: Subject,
  onRead: (file: string) => void,
): Promise<TreeDifference> {
  const [left, right] = [before.manifest, after.manifest];
  if (
    left !== undefined &&
    right !== undefined &&
    before.reads !== 'artifact' &&
    after.reads !== 'artifact'
  ) {
    const packages = compareValues(packageVersions(left.packages), packageVersions(right.packages));
    const trees = [layersOf(left), layersOf(right)];
    if (trees[0]?.join() === trees[1]?.join()) return { packages, files: [] };
    const files = await withLayers(storeRequest(), trees, async ([one, other]) =>
      one === undefined || other === undefined ? null : compareFiles(await treeOf(one), await treeOf(other)),
    );
    if (files !== undefined) return { packages, files };
  }
  for (const { artifact } of [before, after]) if (artifact !== undefined) onRead(artifact);
  return compareArtifacts(before, after);
}

async function compareArtifacts(before: Subject, after: Subject): Promise<TreeDifference> {
  const opened = await Promise.all(
    [before, after].map(({ artifact }) => artifact && openArtifactTree(artifact)),
  );
  const [left, right] = opened;
  try {
    const versions = async (subject: Subject, tree: typeof left) =>
      tree ? tree.packages() : packageVersions(subject.manifest?.packages ?? []);
    return {
      packages: compareValues(await versions(before, left), await versions(after, right)),
      files: left && right ? await compareFiles(left, right) : null,
    };
  } finally {
    for (const tree of opened) if (tree) await tree.close();
  }
}

function storeRequest(): Parameters<typeof withLayers>[0] {
  const store = storeDirectory(process.env);
  const work = process.env['KILN_WORK'];
  return { environment: process.env, store, work, logDirectory: store, report: () => {} };
}

async function treeOf(mounted: MountedTree): Promise<ComparedTree> {
  return { files: comparedFiles(await mounted.list()), digests: mounted.digests };
}

function layersOf(manifest: ImageManifest): readonly Digest[] {
  return manifest.layers.map(({ digest }) => digest as Digest);
}

/** Manifests of Kiln's first version have names only. */
function elementsOf({ elements }: ImageManifest): ReadonlyMap<string, string> {
  return new Map(
    Array.isArray(elements) ? elements.map((name: string) => [name, name]) : Object.entries(elements),
  );
}

/** By step, which may have several. */
function layerDigests({ layers }: ImageManifest): ReadonlyMap<string, string> {
  const steps = [...new Set(layers.map(({ step }) => step))];
  const digestsOf = (wanted: string): string =>
    layers.flatMap(({ step, digest }) => (step === wanted ? [digest] : [])).join(' ');
  return new Map(steps.map((step) => [step, digestsOf(step)]));
}

function artifactDigests({ artifacts }: ImageManifest): ReadonlyMap<string, string> {
  return new Map(artifacts.map(({ format, sizeBytes, sha256 }) => [format, `${sizeBytes} ${sha256}`]));
}
