import type { DiskLayout } from '../../block-device/disk-layout.ts';
import { digestOf } from '../../fingerprint/digest.ts';
import type { Key } from '../../fingerprint/digest.ts';
import { keyOf, type KeyRecord } from '../../fingerprint/key-record.ts';
import {
  type ContainerReference,
  parseContainerReference,
  referenceFromName,
} from '../../formats/container-reference.ts';
import { gzipVersion } from '../../formats/gzip-command.ts';
import { isContainerFormat, isTreeFormat } from '../../formats/image-format.ts';
import { packedBy } from '../../formats/pack-clusters.ts';
import { isToolOfFormat } from '../../formats/required-tools.ts';
import type { ImageDefinition, ImageFormat } from '../../image-definition/image-definition.ts';
import type { LayerRecord } from '../../layers/layer-record.ts';
import { diskShape } from './disk-shape.ts';
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
  /** Digests of the host's tools that write disks and archives, by name; 'absent' for one that is not missed. */
  readonly tools: Readonly<Record<string, string>>;
  /** For aci: text of the image manifest. */
  readonly aciManifest?: string | undefined;
}

/** Raised when the same inputs would give other bytes. */
const artifactVersion = '7';

/** The format whose bytes the store keeps for a disk; every other disk format can be converted from it. Sparse raw disks are never stored. */
export const storedDiskFormat = 'qcow2';

/** The key of an artifact: the tree's layers, the disk's shape, the format's options, the tools. Pure. */
export function planArtifact(format: ImageFormat, sources: ArtifactSources): ArtifactPlan {
  const { disk, tree } = sources;
  const inputs: Record<string, string> = {
    artifact: format,
    engine: artifactVersion,
    epoch: String(sources.epochSeconds),
  };
  tree.layers.forEach((layer, index) => (inputs[`layer ${index}`] = layer.digest));
  for (const [tool, digest] of Object.entries(sources.tools))
    if (isToolOfFormat(tool, format)) inputs[`host ${tool}`] = digest;
  if (!isTreeFormat(format)) {
    Object.assign(inputs, diskShape(sources.definition, disk.graph));
    if (tree.disk !== undefined) inputs['disk that hooks saw'] = tree.disk.seed;
    if (tree.disk?.areas) inputs['outside of filesystems'] = tree.disk.areas.digest;
  }
  Object.assign(inputs, formatInputs(format, sources));
  const record: KeyRecord = { version: 1, inputs };
  return { format, key: keyOf(record), record };
}

/** What of the definition decides one format only. */
function formatInputs(format: ImageFormat, sources: ArtifactSources): Record<string, string> {
  const { definition, aciManifest } = sources;
  const inputs: Record<string, string> = {};
  const options = definition.qemuImgOptions ?? '';
  if (!isTreeFormat(format) && options !== '') inputs['options'] = options;
  if (format === 'qcow2') inputs['compression'] = packedBy(definition.qcow2.compression);
  if (format === 'vmdk') inputs['name'] = definition.name;
  if (format === 'tgz' || isContainerFormat(format)) inputs['compression'] = gzipVersion;
  if (format === 'aci') inputs['manifest'] = digestOf(aciManifest ?? '');
  if (isContainerFormat(format)) {
    const { repository, tag } = containerReference(definition);
    inputs['architecture'] = definition.architecture;
    inputs['reference'] = format === 'oci' ? tag : `${repository}:${tag}`;
  }
  return inputs;
}

/** What a container image of this definition is called. */
export function containerReference(
  definition: Pick<ImageDefinition, 'name' | 'dockerTarget'>,
): ContainerReference {
  const { name, dockerTarget } = definition;
  const given = dockerTarget === undefined ? undefined : parseContainerReference(dockerTarget);
  return given ?? referenceFromName(name);
}

/**
 * From what every identifier on the disk is derived: the tree and the shape of the disk, never the image's name, nor how a format packs it.
 * Hooks that were shown a disk may have quoted its identifiers, so these stay.
 */
export function diskSeed(sources: ArtifactSources): string {
  if (sources.tree.disk !== undefined) return sources.tree.disk.seed;
  const { qemuImgOptions: _, ...definition } = sources.definition;
  return planArtifact('raw', { ...sources, definition, tools: {} }).key;
}

/** The same for the disk that finalise hooks are shown: of the tree before them. */
export function seedBeforeFinalise(below: LayerRecord, { shape }: Pick<DiskDraft, 'shape'>): Key {
  const layers = below.layers.map(({ digest }, index) => [`layer ${index}`, digest] as const);
  return keyOf({ version: 1, inputs: { ...shape, ...Object.fromEntries(layers) } });
}

/** What the store keeps beside an artifact: its key record, and how its disk is laid out. */
export interface ArtifactMetadata extends KeyRecord {
  readonly disk?: DiskLayout;
}

/** The metadata of an artifact; an archive of the tree has no disk. */
export function artifactMetadata(plan: ArtifactPlan, disk: DiskLayout | undefined): ArtifactMetadata {
  return disk === undefined || isTreeFormat(plan.format) ? plan.record : { ...plan.record, disk };
}
