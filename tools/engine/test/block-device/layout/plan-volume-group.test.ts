import { expect, test } from 'vitest';
import type { LogicalVolumeNode, VolumeGroupNode } from '../../../src/block-device/block-device-graph.ts';
import { planVolumeGroup, segmentsOfVolume } from '../../../src/block-device/layout/plan-volume-group.ts';

const mebibyte = 2 ** 20;

/** Two physical volumes with 10 and 20 extents of 4 MiB, 1 MiB before them, the second with some bytes left over. */
const segments = new Map([
  ['a', { offsetBytes: mebibyte, sizeBytes: 41 * mebibyte }],
  ['b', { offsetBytes: 100 * mebibyte, sizeBytes: 83 * mebibyte }],
]);

function plan(logicalVolumes: readonly LogicalVolumeNode[]) {
  const node: VolumeGroupNode = {
    name: 'vg',
    extentBytes: 4 * mebibyte,
    physicalVolumes: [
      { name: 'pv1', base: 'a' },
      { name: 'pv2', base: 'b' },
    ],
    logicalVolumes,
  };
  const segmentOf = (base: string) => segments.get(base) ?? { offsetBytes: 0, sizeBytes: 0 };
  return planVolumeGroup({ node, segmentOf, seed: 'seed' });
}

function groupOf(logicalVolumes: readonly LogicalVolumeNode[]) {
  const result = plan(logicalVolumes);
  if (!result.ok) throw new Error(`no room for ${result.volume}`);
  return result.group;
}

test('volumes take extents one after the other, and span physical volumes', () => {
  const group = groupOf([
    { name: 'one', kind: 'linear', size: { bytes: 33 * mebibyte } },
    { name: 'two', kind: 'linear', size: { percent: 50, of: 'VG' } },
    { name: 'three', kind: 'linear', size: { percent: 50, of: 'FREE' } },
    { name: 'four', kind: 'linear', size: { extents: 2 } },
  ]);
  expect(group.logicalVolumes).toMatchObject([
    { name: 'one', extents: 8, pieces: [{ physicalVolume: 0, firstExtent: 0, extents: 8 }] },
    {
      name: 'two',
      extents: 15,
      pieces: [
        { physicalVolume: 0, firstExtent: 8, extents: 2 },
        { physicalVolume: 1, firstExtent: 0, extents: 13 },
      ],
    },
    { name: 'three', extents: 3, pieces: [{ physicalVolume: 1, firstExtent: 13, extents: 3 }] },
    { name: 'four', extents: 2, pieces: [{ physicalVolume: 1, firstExtent: 16, extents: 2 }] },
  ]);
  const [, two] = group.logicalVolumes;
  expect(two === undefined ? [] : segmentsOfVolume(group, two)).toEqual([
    { offsetBytes: 34 * mebibyte, sizeBytes: 8 * mebibyte },
    { offsetBytes: 101 * mebibyte, sizeBytes: 52 * mebibyte },
  ]);
});

test('a thin pool takes its metadata beside a size, and out of a percentage', () => {
  const thin = { name: 'thin', kind: 'thin', pool: 'pool', size: { bytes: 10 * 2 ** 30 } } as const;
  const sized = groupOf([{ name: 'pool', kind: 'thin-pool', size: { bytes: 40 * mebibyte } }, thin]);
  expect(sized.logicalVolumes.map(({ name, extents }) => [name, extents])).toEqual([
    ['pool', 10],
    ['pool_tmeta', 1],
    ['pool_tdata', 10],
    ['thin', 2560],
  ]);
  const whole = groupOf([{ name: 'pool', kind: 'thin-pool', size: { percent: 100, of: 'FREE' } }, thin]);
  expect(whole.logicalVolumes.map(({ extents }) => extents)).toEqual([29, 1, 29, 2560]);
  expect(whole.logicalVolumes[3]).toMatchObject({ kind: 'thin', deviceNumber: 1, pool: 'pool' });
});

test('what finds no room is told, with what it needs and what there is', () => {
  const result = plan([
    { name: 'one', kind: 'linear', size: { extents: 20 } },
    { name: 'two', kind: 'linear', size: { extents: 11 } },
  ]);
  expect(result).toEqual({
    ok: false,
    volume: 'two',
    neededBytes: 44 * mebibyte,
    freeBytes: 40 * mebibyte,
  });
  expect(plan([{ name: 'none', kind: 'linear', size: { bytes: mebibyte } }]).ok).toBe(false);
});

test('identifiers have the form of LVM, and come from the seed and the names', () => {
  const nodes = [{ name: 'one', kind: 'linear', size: { extents: 1 } }] as const;
  const group = groupOf(nodes);
  const ids = [group, ...group.physicalVolumes, ...group.logicalVolumes].map(({ id }) => id);
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^\w{6}(-\w{4}){5}-\w{6}$/);
  expect(groupOf(nodes)).toEqual(group);
});
