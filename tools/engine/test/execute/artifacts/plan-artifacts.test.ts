import { expect, test } from 'vitest';
import { draftDisk } from '../../../src/execute/artifacts/draft-disk.ts';
import {
  type ArtifactSources,
  diskSeed,
  planArtifact,
  seedBeforeFinalise,
} from '../../../src/execute/artifacts/plan-artifacts.ts';
import { digestOf } from '../../../src/fingerprint/digest.ts';
import type { ImageFormat } from '../../../src/image-definition/image-definition.ts';
import { emptyRecord, type ShownDisk } from '../../../src/layers/layer-record.ts';
import { definition, imageOf } from '../../plan/plan-fixture.ts';

const disk = draftDisk(imageOf(), {});
const layer = (content: string) => ({ digest: digestOf(content), sizeBytes: 1 });
const sources: ArtifactSources = {
  definition,
  disk,
  tree: { ...emptyRecord, layers: [layer('root'), layer('install')] },
  epochSeconds: 1735689600,
  tools: { mke2fs: 'digest' },
};
const formats: readonly ImageFormat[] = ['qcow2', 'tar', 'vmdk', 'oci', 'docker', 'aci'];

/** The formats whose keys differ when the sources do. */
function changedBy(changes: Partial<ArtifactSources>): readonly ImageFormat[] {
  return formats.filter(
    (format) => planArtifact(format, { ...sources, ...changes }).key !== planArtifact(format, sources).key,
  );
}

test.each<[string, Partial<ArtifactSources>, readonly ImageFormat[]]>([
  ['a layer', { tree: { ...sources.tree, layers: [layer('root')] } }, formats],
  ['the order of layers', { tree: { ...sources.tree, layers: sources.tree.layers.toReversed() } }, formats],
  ['the epoch', { epochSeconds: 1 }, formats],
  ['a tool that writes the disk', { tools: { mke2fs: 'other' } }, ['qcow2', 'vmdk']],
  ['a tool of archives', { tools: { mke2fs: 'digest', tar: 'digest' } }, ['tar', 'oci', 'docker', 'aci']],
  ["qemu-img's options", { definition: { ...definition, qemuImgOptions: 'x=y' } }, ['qcow2', 'vmdk']],
  [
    'the tag of a container image',
    { definition: { ...definition, dockerTarget: 'box:2' } },
    ['oci', 'docker'],
  ],
  ['its name', { definition: { ...definition, dockerTarget: 'other' } }, ['docker']],
  ['the architecture', { definition: { ...definition, architecture: 's390x' } }, ['oci', 'docker']],
  ['the aci manifest', { aciManifest: '{}' }, ['aci']],
  ["the image's name", { definition: { ...definition, name: 'other' } }, ['vmdk', 'docker']],
  ['the size', { definition: { ...definition, sizeBytes: 1 << 30 } }, ['qcow2', 'vmdk']],
  ['the extra size', { definition: { ...definition, extraSizeBytes: 1 << 30 } }, ['qcow2', 'vmdk']],
  ['the journal', { definition: { ...definition, journalSizeBytes: 1 << 24 } }, ['qcow2', 'vmdk']],
  ['options of mkfs', { definition: { ...definition, mkfsOptions: ['-m', '0'] } }, ['qcow2', 'vmdk']],
  ['the largest size', { definition: { ...definition, maxOnlineResizeBytes: 1 << 30 } }, ['qcow2', 'vmdk']],
  ['the root filesystem', { definition: { ...definition, rootFilesystem: 'xfs' } }, ['qcow2', 'vmdk']],
  ['the root label', { definition: { ...definition, rootLabel: 'x' } }, ['qcow2', 'vmdk']],
  [
    'the block device',
    { disk: { ...disk, graph: { ...disk.graph, partitioned: 'otherwise' } as never } },
    ['qcow2', 'vmdk'],
  ],
  ['the compression', { definition: { ...definition, qcow2: { compression: 'zlib' } } }, ['qcow2']],
])('%s counts in the key of the artifacts that it decides', (_what, changes, changed) => {
  expect(changedBy(changes)).toEqual(changed);
});

test('another library for the compression may give other bytes', () => {
  expect(planArtifact('qcow2', sources).record.inputs['compression']).toBe(`zstd ${process.versions.zstd}`);
});

test.each<[string, Partial<ArtifactSources>]>([
  ['the description', { definition: { ...definition, description: 'other' } }],
  [
    'the elements: their work is in the tree',
    { definition: { ...definition, elements: [], environment: { A: '1' } } },
  ],
  ['the other formats', { definition: { ...definition, formats: ['raw', 'tar'] } }],
  ['the step that made the tree', { tree: { ...sources.tree, step: 'other' } }],
])('%s does not', (_what, changes) => {
  expect(changedBy(changes)).toEqual([]);
});

test('identifiers on the disk are derived from the tree and the layout, not from the tools or the format', () => {
  expect(diskSeed({ ...sources, tools: {} })).toBe(diskSeed(sources));
  expect(diskSeed({ ...sources, definition: { ...definition, qcow2: { compression: 'none' } } })).toBe(
    diskSeed(sources),
  );
  expect(diskSeed({ ...sources, definition: { ...definition, sizeBytes: 1 << 30 } })).not.toBe(
    diskSeed(sources),
  );
});

test('where finalise hooks were shown a disk, the finished one has its identifiers, whatever they left', () => {
  const seed = seedBeforeFinalise(sources.tree, disk);
  expect(seedBeforeFinalise(sources.tree, { shape: { ...disk.shape, size: '1' } })).not.toBe(seed);
  const layers = [...sources.tree.layers, layer('finalise')];
  const tree = { ...sources.tree, layers, disk: { seed, areas: null } };
  expect(diskSeed({ ...sources, tree })).toBe(seed);
  const keyOf = (changed: Partial<ShownDisk>) =>
    planArtifact('qcow2', { ...sources, tree: { ...tree, disk: { ...tree.disk, ...changed } } }).key;
  expect(keyOf({ areas: layer('boot code') })).not.toBe(keyOf({}));
});
