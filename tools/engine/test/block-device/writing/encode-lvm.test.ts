import { expect, test } from 'vitest';
import type { VolumeGroup } from '../../../src/block-device/disk-layout.ts';
import { encodeVolumeGroup, lvmChecksum } from '../../../src/block-device/writing/encode-lvm.ts';
import { renderLvmMetadata } from '../../../src/block-device/writing/render-lvm-metadata.ts';
import { renderThinMetadata } from '../../../src/block-device/writing/write-thin-pool.ts';

const id = 'aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg';
const thin = { kind: 'thin', name: 'thin', id, extents: 8, pool: 'pool', deviceNumber: 1 } as const;
const pool = {
  kind: 'thin-pool',
  name: 'pool',
  id,
  extents: 1,
  chunkBytes: 65_536,
  metadataVolume: 'pool_tmeta',
  dataVolume: 'pool_tdata',
} as const;

const group: VolumeGroup = {
  name: 'vg',
  id,
  extentBytes: 2 ** 22,
  physicalVolumes: [
    { name: 'pv', id, offsetBytes: 2 ** 20, sizeBytes: 2 ** 26, dataStartBytes: 2 ** 20, extents: 15 },
  ],
  logicalVolumes: [
    {
      kind: 'linear',
      visibility: 'visible',
      name: 'lv_root',
      id,
      extents: 5,
      pieces: [
        { physicalVolume: 0, firstExtent: 0, extents: 3 },
        { physicalVolume: 0, firstExtent: 9, extents: 2 },
      ],
    },
    pool,
    thin,
  ],
};

test('a label, and a metadata area with the text, at their places', () => {
  const [label, area, ...others] = encodeVolumeGroup(group, { epochSeconds: 7 });
  expect(others).toEqual([]);
  expect([label?.offsetBytes, area?.offsetBytes]).toEqual([2 ** 20 + 512, 2 ** 20 + 4096]);
  expect(label?.bytes.toString('latin1', 0, 8)).toBe('LABELONE');
  expect(label?.bytes.toString('latin1', 24, 32)).toBe('LVM2 001');
  expect(label?.bytes.toString('latin1', 32, 64)).toBe(id.replaceAll('-', ''));
  expect(label?.bytes.readUInt32LE(16)).toBe(lvmChecksum(label?.bytes.subarray(20) ?? Buffer.alloc(0)));
  const text = area?.bytes.subarray(512) ?? Buffer.alloc(0);
  expect(text.toString('utf8')).toBe(`${renderLvmMetadata(group, { epochSeconds: 7 })}\0`);
  expect(area?.bytes.readUInt32LE(56)).toBe(lvmChecksum(text));
  expect(area?.bytes.readBigUInt64LE(48)).toBe(BigInt(text.length));
});

test("the checksum is LVM's: another start, no inversion", () => {
  // Of an empty text it is its start.
  expect(lvmChecksum(Buffer.alloc(0))).toBe(0xf597a6cf);
});

test('the text names segments, hidden parts and pools', () => {
  const text = renderLvmMetadata(group, { epochSeconds: 7 });
  expect(text).toContain('extent_size = 8192');
  expect(text).toContain('segment_count = 2');
  expect(text).toMatch(
    /start_extent = 3\nextent_count = 2\ntype = "striped"\nstripe_count = 1\nstripes = \["pv0", 9\]/,
  );
  expect(text).toMatch(
    /type = "thin-pool"\nmetadata = "pool_tmeta"\npool = "pool_tdata"\ntransaction_id = 1\nchunk_size = 128/,
  );
  expect(text).toMatch(/type = "thin"\nthin_pool = "pool"\ntransaction_id = 0\ndevice_id = 1/);
  expect(text).toContain('creation_time = 7');
});

test("a pool's mappings as thin_restore reads them", () => {
  const volumes = new Map([
    [
      thin,
      [
        { origin: 0, data: 0, length: 2 },
        { origin: 9, data: 2, length: 1 },
      ],
    ],
  ]);
  expect(renderThinMetadata(group, pool, { volumes, nextChunk: 3 })).toBe(
    `<superblock uuid="" time="0" transaction="1" flags="0" version="2" data_block_size="128" nr_data_blocks="64">
  <device dev_id="1" mapped_blocks="3" transaction="0" creation_time="0" snap_time="0">
    <range_mapping origin_begin="0" data_begin="0" length="2" time="0"/>
    <range_mapping origin_begin="9" data_begin="2" length="1" time="0"/>
  </device>
</superblock>
`,
  );
});
