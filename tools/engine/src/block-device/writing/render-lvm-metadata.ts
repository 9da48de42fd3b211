import type { LogicalVolume, PhysicalVolume, ThinPool, VolumeGroup } from '../disk-layout.ts';

const sectorBytes = 512;

/** What the text of a group needs beside the group itself. */
export interface MetadataStamp {
  readonly epochSeconds: number;
}

/**
 * The text in which LVM2 keeps a volume group, as it stands in each physical volume's metadata area (lvm2's lib/format_text;
 * the same grammar as `vgcfgbackup` writes). Sizes in it count sectors of 512 bytes, whatever the disk's are.
 */
export function renderLvmMetadata(group: VolumeGroup, { epochSeconds }: MetadataStamp): string {
  const physicalVolumes = group.physicalVolumes.map((volume, index) =>
    section(`pv${index}`, physicalVolumeLines(volume)),
  );
  const logicalVolumes = group.logicalVolumes.map((volume) =>
    section(volume.name, logicalVolumeLines(group, volume, epochSeconds)),
  );
  const lines = section(group.name, [
    `id = "${group.id}"`,
    'seqno = 1',
    'format = "lvm2"',
    'status = ["RESIZEABLE", "READ", "WRITE"]',
    'flags = []',
    `extent_size = ${group.extentBytes / sectorBytes}`,
    'max_lv = 0',
    'max_pv = 0',
    'metadata_copies = 0',
    ...section('physical_volumes', physicalVolumes.flat()),
    ...(logicalVolumes.length === 0 ? [] : section('logical_volumes', logicalVolumes.flat())),
  ]);
  const header = [
    'contents = "Text Format Volume Group"',
    'version = 1',
    'description = "Written by Kiln"',
    'creation_host = "localhost"',
    `creation_time = ${epochSeconds}`,
  ];
  // An empty line ends it, which pvck looks for.
  return [...lines, ...header, '', ''].join('\n');
}

function section(name: string, lines: readonly string[]): readonly string[] {
  return [`${name} {`, ...lines, '}'];
}

function physicalVolumeLines(volume: PhysicalVolume): readonly string[] {
  return [
    `id = "${volume.id}"`,
    'status = ["ALLOCATABLE"]',
    'flags = []',
    `dev_size = ${volume.sizeBytes / sectorBytes}`,
    `pe_start = ${volume.dataStartBytes / sectorBytes}`,
    `pe_count = ${volume.extents}`,
  ];
}

function logicalVolumeLines(
  group: VolumeGroup,
  volume: LogicalVolume,
  epochSeconds: number,
): readonly string[] {
  const segments = segmentsOf(group, volume);
  const isHidden = volume.kind === 'linear' && volume.visibility === 'hidden';
  return [
    `id = "${volume.id}"`,
    `status = ["READ", "WRITE"${isHidden ? '' : ', "VISIBLE"'}]`,
    'flags = []',
    'creation_host = "localhost"',
    `creation_time = ${epochSeconds}`,
    `segment_count = ${segments.length}`,
    ...segments.flatMap((lines, index) => section(`segment${index + 1}`, lines)),
  ];
}

function segmentsOf(group: VolumeGroup, volume: LogicalVolume): readonly (readonly string[])[] {
  const whole = ['start_extent = 0', `extent_count = ${volume.extents}`];
  switch (volume.kind) {
    case 'thin-pool':
      return [[...whole, ...poolLines(group, volume)]];
    case 'thin':
      return [
        [
          ...whole,
          'type = "thin"',
          `thin_pool = "${volume.pool}"`,
          // The pool's number of transactions when the volume was made.
          `transaction_id = ${volume.deviceNumber - 1}`,
          `device_id = ${volume.deviceNumber}`,
        ],
      ];
    case 'linear': {
      let start = 0;
      return volume.pieces.map(({ physicalVolume, firstExtent, extents }) => {
        const lines = [
          `start_extent = ${start}`,
          `extent_count = ${extents}`,
          'type = "striped"',
          'stripe_count = 1',
          `stripes = ["pv${physicalVolume}", ${firstExtent}]`,
        ];
        start += extents;
        return lines;
      });
    }
  }
}

function poolLines(group: VolumeGroup, pool: ThinPool): readonly string[] {
  return [
    'type = "thin-pool"',
    `metadata = "${pool.metadataVolume}"`,
    `pool = "${pool.dataVolume}"`,
    `transaction_id = ${thinVolumeCount(group, pool)}`,
    `chunk_size = ${pool.chunkBytes / sectorBytes}`,
    'discards = "passdown"',
    'zero_new_blocks = 1',
  ];
}

/** Each thin volume was one transaction of its pool. */
export function thinVolumeCount(group: VolumeGroup, pool: ThinPool): number {
  return group.logicalVolumes.filter((it) => it.kind === 'thin' && it.pool === pool.name).length;
}
