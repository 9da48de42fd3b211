import type { LogicalVolumeNode, VolumeGroupNode } from '../block-device-graph.ts';
import { derivedVolumeId } from '../derived-identifier.ts';
import type {
  DiskSegment,
  LinearVolume,
  LogicalVolume,
  PhysicalVolume,
  VolumeGroup,
  VolumePiece,
} from '../disk-layout.ts';
import { ExtentRoom } from './extent-room.ts';

const mebibyte = 2 ** 20;

/** LVM's own default: the label and the metadata lie in the first MiB of a physical volume. */
const dataStartBytes = mebibyte;

/** LVM's defaults for thin pools: chunks of 64 KiB, 64 bytes of metadata for each, at least 2 MiB of it. */
const thinChunkBytes = 64 * 1024;
const metadataBytesPerChunk = 64;
const leastMetadataBytes = 2 * mebibyte;

/** The group, or the first of its volumes that found no room. */
export type VolumeGroupPlan =
  | { readonly ok: true; readonly group: VolumeGroup }
  | {
      readonly ok: false;
      readonly volume: string;
      readonly neededBytes: number;
      readonly freeBytes: number;
    };

export interface VolumeGroupRequest {
  readonly node: VolumeGroupNode;
  /** Where a partition or the disk lies. */
  readonly segmentOf: (base: string) => DiskSegment;
  readonly seed: string;
}

/**
 * Gives each logical volume its extents, one volume after the other, on the first physical volumes that have some free; a
 * volume may span several.
 *
 * Sizes are rounded down to extents, percentages likewise (lvcreate, `-l N%VG`). A thin pool takes its metadata in
 * addition to its size in bytes, and out of its percentage.
 */
export function planVolumeGroup(request: VolumeGroupRequest): VolumeGroupPlan {
  const { node } = request;
  const { extentBytes } = node;
  const idOf = (what: string) => derivedVolumeId(request.seed, `volume group ${node.name} ${what}`);
  const physicalVolumes = node.physicalVolumes.map(({ name, base }): PhysicalVolume => {
    const { offsetBytes, sizeBytes } = request.segmentOf(base);
    const extents = Math.max(0, Math.floor((sizeBytes - dataStartBytes) / extentBytes));
    return { name, id: idOf(`pv ${name}`), offsetBytes, sizeBytes, dataStartBytes, extents };
  });
  const room = new ExtentRoom(physicalVolumes);
  const logicalVolumes: LogicalVolume[] = [];
  for (const volume of node.logicalVolumes) {
    const extents = extentsOf(volume, extentBytes, room);
    const metadata = volume.kind === 'thin-pool' ? metadataExtents(extents, extentBytes) : 0;
    const own = 'percent' in volume.size ? extents - metadata : extents;
    const fromRoom = volume.kind === 'thin' ? 0 : own + metadata;
    if (own <= 0 || fromRoom > room.free) {
      const needed = Math.max(fromRoom, room.free + 1, 1);
      return {
        ok: false,
        volume: volume.name,
        neededBytes: needed * extentBytes,
        freeBytes: room.free * extentBytes,
      };
    }
    logicalVolumes.push(...volumesOf(volume, { own, metadata, room, idOf, before: logicalVolumes }));
  }
  return {
    ok: true,
    group: { name: node.name, id: idOf(''), extentBytes, physicalVolumes, logicalVolumes },
  };
}

function extentsOf({ size }: LogicalVolumeNode, extentBytes: number, room: ExtentRoom): number {
  if ('bytes' in size) return Math.floor(size.bytes / extentBytes);
  if ('extents' in size) return size.extents;
  return Math.floor(((size.of === 'VG' ? room.total : room.free) * size.percent) / 100);
}

function metadataExtents(dataExtents: number, extentBytes: number): number {
  const chunks = (dataExtents * extentBytes) / thinChunkBytes;
  return Math.ceil(Math.max(leastMetadataBytes, chunks * metadataBytesPerChunk) / extentBytes);
}

interface Allotment {
  readonly own: number;
  readonly metadata: number;
  readonly room: ExtentRoom;
  readonly idOf: (what: string) => string;
  readonly before: readonly LogicalVolume[];
}

/** The volume itself, and for a thin pool the two hidden ones that it consists of. */
function volumesOf(node: LogicalVolumeNode, allotment: Allotment): readonly LogicalVolume[] {
  const { own, metadata, room, idOf, before } = allotment;
  const id = idOf(`lv ${node.name}`);
  const identity = { name: node.name, id, extents: own };
  if (node.kind === 'thin') {
    const pool = node.pool ?? '';
    const deviceNumber = 1 + before.filter((it) => it.kind === 'thin' && it.pool === pool).length;
    return [{ ...identity, kind: 'thin', pool, deviceNumber }];
  }
  if (node.kind === 'linear') {
    return [{ ...identity, kind: 'linear', visibility: 'visible', pieces: room.take(own) }];
  }
  const hidden = (part: string, pieces: readonly VolumePiece[]): LinearVolume => {
    const name = `${node.name}_${part}`;
    const extents = pieces.reduce((sum, piece) => sum + piece.extents, 0);
    return { kind: 'linear', visibility: 'hidden', name, id: idOf(`lv ${name}`), extents, pieces };
  };
  const metadataVolume = hidden('tmeta', room.take(metadata));
  const dataVolume = hidden('tdata', room.take(own));
  return [
    {
      ...identity,
      kind: 'thin-pool',
      chunkBytes: thinChunkBytes,
      metadataVolume: metadataVolume.name,
      dataVolume: dataVolume.name,
    },
    metadataVolume,
    dataVolume,
  ];
}

/**
 * The segments of the disk on which a volume's blocks lie, in their order; for a pool those of its data, for a thin volume
 * those of its pool, among which only the pool's own metadata tells them apart.
 */
export function segmentsOfVolume(group: VolumeGroup, volume: LogicalVolume): readonly DiskSegment[] {
  const named = (name: string) => group.logicalVolumes.find((it) => it.name === name);
  const behind =
    volume.kind === 'linear' ? undefined : named(volume.kind === 'thin' ? volume.pool : volume.dataVolume);
  if (volume.kind !== 'linear') return behind === undefined ? [] : segmentsOfVolume(group, behind);
  return volume.pieces.flatMap(({ physicalVolume, firstExtent, extents }) => {
    const base = group.physicalVolumes[physicalVolume];
    if (base === undefined) return [];
    const offsetBytes = base.offsetBytes + base.dataStartBytes + firstExtent * group.extentBytes;
    return [{ offsetBytes, sizeBytes: extents * group.extentBytes }];
  });
}
