import type { Digest } from '../../fingerprint/digest.ts';
import type { KnownClusters } from '../../formats/known-clusters.ts';
import { packedBy } from '../../formats/pack-clusters.ts';
import type { ImageDefinition } from '../../image-definition/image-definition.ts';
import type { LayerRecord } from '../../layers/layer-record.ts';
import type { ContentStore } from '../../store/content-store.ts';

/**
 * Which clusters a qcow2 image consists of, noted in the store for each layer of its tree: the next image with one of these layers has most
 * of its clusters in common with it. What it takes over is found by content, so notes change no byte of an artifact, and may go at any time.
 */
interface ClusterNote {
  /** The image. */
  readonly artifact: Digest;
}

/** How many images are looked at. One of the same elements is nearly always the first. */
const mostImages = 2;

/** Raised with the form of the list. */
const listVersion = 2;

type Compression = ImageDefinition['qcow2']['compression'];

function noteKey(layer: { readonly digest: Digest }, compression: Compression): string {
  return `clusters ${listVersion} ${packedBy(compression)} ${layer.digest}`;
}

/** Images that share layers with the tree, those with its upper layers first. */
export async function findPackedClusters(
  store: ContentStore,
  { layers }: LayerRecord,
  compression: Compression,
): Promise<readonly KnownClusters[]> {
  const found = new Map<Digest, KnownClusters>();
  for (const layer of layers.toReversed()) {
    if (found.size === mostImages) break;
    const note = await store.find<ClusterNote>(noteKey(layer, compression));
    if (note === undefined || found.has(note.metadata.artifact)) continue;
    const imageFile = await store.locate(note.metadata.artifact);
    const clustersFile = await store.locate(note.digest);
    if (imageFile !== undefined && clustersFile !== undefined) {
      found.set(note.metadata.artifact, { imageFile, clustersFile });
    }
  }
  return [...found.values()];
}

/** Notes the clusters of a new image; takes the file that lists them. */
export async function notePackedClusters(
  store: ContentStore,
  { layers }: LayerRecord,
  image: { readonly artifact: Digest; readonly listFile: string; readonly compression: Compression },
): Promise<void> {
  const { artifact, listFile, compression } = image;
  const [first, ...others] = layers.map((layer) => noteKey(layer, compression));
  if (first === undefined) return;
  const note: ClusterNote = { artifact };
  const list = await store.commitFile(first, listFile, note);
  await Promise.all(others.map((key) => store.bind(key, list, note)));
}
