import { digestOf } from '../fingerprint/digest.ts';
import type { Key } from '../fingerprint/digest.ts';
import { keyOf, type KeyRecord } from '../fingerprint/key-record.ts';
import { isTreeFormat } from '../formats/image-format.ts';
import type { ImageDefinition, ImageFormat } from '../image-definition/image-definition.ts';
import type { LayerRecord } from '../layers/layer-record.ts';
import type { DiskDraft } from './draft-disk.ts';

/** One artifact to be had: its key, and what the key was made of. */
export interface ArtifactPlan {
  readonly format: ImageFormat;
  readonly key: Key;
  readonly record: KeyRecord;
}

/** Everything that decides the artifacts of an image, given its finished tree. */
export interface ArtifactSources {
  readonly definition: ImageDefinition;
  readonly disk: DiskDraft;
  readonly tree: LayerRecord;
  readonly epochSeconds: number;
  /** Digests of the host's tools that write disks, by name. */
  readonly tools: Readonly<Record<string, string>>;
}

/** Raised when the same inputs would give other bytes. */
const artifactVersion = '1';

/** The format whose bytes the store keeps for a disk; every other disk format can be converted from it. Sparse raw disks are never stored. */
export const storedDiskFormat = 'qcow2';

/** The key of an artifact: the tree's layers, the disk's shape, the format's options, the tools. Pure. */
export function planArtifact(format: ImageFormat, sources: ArtifactSources): ArtifactPlan {
  const { definition, disk, tree } = sources;
  const inputs: Record<string, string> = {
    artifact: format,
    engine: artifactVersion,
    epoch: String(sources.epochSeconds),
  };
  tree.layers.forEach((layer, index) => (inputs[`layer ${index}`] = layer.digest));
  for (const [tool, digest] of Object.entries(sources.tools)) inputs[`host ${tool}`] = digest;
  if (!isTreeFormat(format)) {
    inputs['block device'] = digestOf(JSON.stringify(disk.graph));
    inputs['size'] = String(definition.sizeBytes ?? 'computed');
    inputs['root filesystem'] = definition.rootFilesystem;
    inputs['root label'] = definition.rootLabel ?? 'default';
  }
  if (format === 'qcow2') inputs['compression'] = definition.qcow2.compression;
  const record: KeyRecord = { version: 1, inputs };
  return { format, key: keyOf(record), record };
}

/** From what every identifier on the disk is derived: the tree and the shape of the disk, never the image's name. */
export function diskSeed(sources: ArtifactSources): string {
  return planArtifact(storedDiskFormat, { ...sources, tools: {} }).key;
}
