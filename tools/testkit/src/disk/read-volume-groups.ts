import { crc32 } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { type FoundLogicalVolume, type FoundVolumeGroup, parseLvmMetadata } from './parse-lvm-metadata.ts';

/** A piece of the disk. */
export interface DiskPart {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** A volume group with the places of its physical volumes on the disk. */
export interface LocatedVolumeGroup extends FoundVolumeGroup {
  /** By the names that segments use; volumes on other disks are absent. */
  readonly offsets: ReadonlyMap<string, number>;
  /** What is wrong with its metadata, in words. */
  readonly problems: readonly string[];
}

/**
 * The volume groups on the physical volumes that begin at some offsets of a disk (lvm2's lib/format_text/layout.h). Places without a label
 * are passed over.
 */
export async function readVolumeGroups(
  source: ByteSource,
  offsets: readonly number[],
): Promise<readonly LocatedVolumeGroup[]> {
  const groups = new Map<string, Gathered>();
  for (const offsetBytes of offsets) {
    const found = await readPhysicalVolume(source, offsetBytes);
    if (found === undefined) continue;
    const { name } = parseLvmMetadata(found.text);
    const group: Gathered = groups.get(name) ?? { text: found.text, problems: [], places: new Map() };
    if (group.text !== found.text)
      found.problems.push(`the physical volumes of '${name}' differ in their metadata`);
    group.problems.push(...found.problems);
    group.places.set(found.id, offsetBytes);
    groups.set(name, group);
  }
  return [...groups.values()].map(({ text, problems, places }) => {
    const group = parseLvmMetadata(text);
    const located = [...group.physicalVolumes].flatMap(([name, { id }]) => {
      const offsetBytes = places.get(id.replaceAll('-', ''));
      return offsetBytes === undefined ? [] : [[name, offsetBytes] as const];
    });
    return { ...group, offsets: new Map(located), problems };
  });
}

interface Gathered {
  readonly text: string;
  readonly problems: string[];
  /** By the identifiers of physical volumes, without hyphens. */
  readonly places: Map<string, number>;
}

interface PhysicalVolumeText {
  readonly id: string;
  readonly text: string;
  readonly problems: string[];
}

async function readPhysicalVolume(
  source: ByteSource,
  offsetBytes: number,
): Promise<PhysicalVolumeText | undefined> {
  const label = await source.read(offsetBytes + 512, 512);
  if (label.length < 512 || label.toString('latin1', 0, 8) !== 'LABELONE') return undefined;
  const problems: string[] = [];
  if (label.readUInt32LE(16) !== lvmChecksum(label.subarray(20)))
    problems.push('an LVM label has a wrong checksum');
  const header = label.readUInt32LE(20);
  const areas = areaLists(label, header + 40);
  const [area] = areas[1] ?? [];
  if (area === undefined) return undefined;
  const head = await source.read(offsetBytes + area.offsetBytes, 512);
  if (head.readUInt32LE(0) !== lvmChecksum(head.subarray(4)))
    problems.push('an LVM metadata area has a wrong checksum');
  const [start, size] = [Number(head.readBigUInt64LE(40)), Number(head.readBigUInt64LE(48))];
  const bytes = await source.read(offsetBytes + area.offsetBytes + start, size);
  if (head.readUInt32LE(56) !== lvmChecksum(bytes)) problems.push('LVM metadata has a wrong checksum');
  const id = label.toString('latin1', header, header + 32);
  return { id, text: bytes.toString('utf8').replace(/\0.*$/su, ''), problems };
}

/** Lists of places, each ended by zeros: data areas, then metadata areas. */
function areaLists(label: Buffer, at: number): readonly (readonly DiskPart[])[] {
  const lists: DiskPart[][] = [[]];
  for (let place = at; place + 16 <= label.length && lists.length < 3; place += 16) {
    const offsetBytes = Number(label.readBigUInt64LE(place));
    const sizeBytes = Number(label.readBigUInt64LE(place + 8));
    if (offsetBytes === 0) lists.push([]);
    else lists.at(-1)?.push({ offsetBytes, sizeBytes });
  }
  return lists;
}

/** Where the blocks of a linear volume lie; undefined for other kinds, and where a physical volume is not on this disk. */
export function partsOfVolume(
  group: LocatedVolumeGroup,
  volume: FoundLogicalVolume,
): readonly DiskPart[] | undefined {
  const parts = volume.segments.map(({ physicalVolume, firstExtent, extents }) => {
    const base = group.physicalVolumes.get(physicalVolume ?? '');
    const start = group.offsets.get(physicalVolume ?? '');
    if (base === undefined || start === undefined) return undefined;
    const offsetBytes = start + base.dataStartBytes + firstExtent * group.extentBytes;
    return { offsetBytes, sizeBytes: extents * group.extentBytes };
  });
  const known = parts.filter((part) => part !== undefined);
  return known.length === parts.length ? known : undefined;
}

/** CRC-32 with LVM's starting value, not inverted at the end. */
function lvmChecksum(bytes: Buffer): number {
  return ~crc32(bytes, ~0xf597a6cf >>> 0) >>> 0;
}
