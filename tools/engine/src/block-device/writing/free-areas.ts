import type { Runner } from '../../util/runner.ts';
import type { DiskLayout } from '../disk-layout.ts';
import { writePieces } from './disk-pieces.ts';
import { biosBootPartitionType } from '../configuration/partition-type.ts';

/** A stretch of the disk that neither the partition table nor a filesystem has. */
export interface FreeArea {
  /** `boot code`, `gap`, or `partition <name>`: by it the area is found again on a disk of another size. */
  readonly name: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** Whether GRUB for BIOS puts itself there. */
  readonly forBiosGrub: boolean;
}

/** What a hook wrote into a free area, from its beginning to the last byte that is not zero. */
export interface WrittenArea {
  readonly name: string;
  readonly base64: string;
}

/** Up to the disk's signature; partition entries follow. */
const bootCodeBytes = 440;

/** Where the entries of a gpt end: 34 sectors of 512 bytes, 6 of 4096. */
const gptEndBytes = { 512: 34 * 512, 4096: 6 * 4096 } as const;

/** A partition without a filesystem that is larger is for data; it is not looked at. */
const largestPartitionBytes = 64 * 2 ** 20;

/** The free areas of a disk with a partition table: boot code, what lies before the first partition, small raw partitions. Pure. */
export function freeAreas(layout: DiskLayout): readonly FreeArea[] {
  const { table, filesystems, sectorBytes, sizeBytes } = layout;
  if (table === undefined) return [];
  const gapStart = table.label === 'gpt' ? gptEndBytes[sectorBytes] : sectorBytes;
  const first = Math.min(sizeBytes, ...table.partitions.map(({ startBytes }) => startBytes));
  const isGrubs = table.label === 'mbr';
  const physicalVolumes = (layout.volumeGroups ?? []).flatMap((group) => group.physicalVolumes);
  const taken = new Set([...filesystems, ...physicalVolumes].map(({ offsetBytes }) => offsetBytes));
  const partitions = table.partitions
    .filter(({ kind, startBytes }) => kind !== 'extended' && !taken.has(startBytes))
    .filter((partition) => partition.sizeBytes <= largestPartitionBytes)
    .map((partition): FreeArea => ({
      name: `partition ${partition.name}`,
      offsetBytes: partition.startBytes,
      sizeBytes: partition.sizeBytes,
      forBiosGrub: partition.type === biosBootPartitionType,
    }));
  return [
    { name: 'boot code', offsetBytes: 0, sizeBytes: bootCodeBytes, forBiosGrub: true },
    { name: 'gap', offsetBytes: gapStart, sizeBytes: first - gapStart, forBiosGrub: isGrubs },
    ...partitions,
  ];
}

const digestScript = `disk=$1; shift
while [ $# -gt 0 ]; do
  dd if="$disk" bs=64K iflag=skip_bytes,count_bytes skip="$1" count="$2" status=none | sha256sum
  shift 2
done`;

/** SHA-256 of each area's bytes, in order. */
export async function digestAreas(
  run: Runner,
  diskFile: string,
  areas: readonly FreeArea[],
): Promise<readonly string[]> {
  const places = areas.flatMap(({ offsetBytes, sizeBytes }) => [String(offsetBytes), String(sizeBytes)]);
  const summed = await run(['bash', '--norc', '-euc', digestScript, 'kiln-areas', diskFile, ...places]);
  return summed.stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.slice(0, 64)]));
}

/** Reads an area without the zeros at its end. */
export async function readArea(run: Runner, diskFile: string, area: FreeArea): Promise<WrittenArea> {
  const read = `dd if="$1" bs=64K iflag=skip_bytes,count_bytes skip="$2" count="$3" status=none | base64 --wrap=0`;
  const place = [diskFile, String(area.offsetBytes), String(area.sizeBytes)];
  const { stdout } = await run(['bash', '--norc', '-euc', read, 'kiln-area', ...place]);
  const bytes = Buffer.from(stdout, 'base64');
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return { name: area.name, base64: bytes.subarray(0, end).toString('base64') };
}

/**
 * Writes what hooks left in free areas of an earlier disk into those of the same names. A disk that has no such area any more, or too
 * small a one, does without.
 */
export async function writeAreas(
  run: Runner,
  disk: { readonly layout: DiskLayout; readonly diskFile: string },
  written: readonly WrittenArea[],
): Promise<void> {
  const areas = new Map(freeAreas(disk.layout).map((area) => [area.name, area] as const));
  const pieces = written.flatMap(({ name, base64 }) => {
    const area = areas.get(name);
    const bytes = Buffer.from(base64, 'base64');
    return area === undefined || bytes.length > area.sizeBytes || bytes.length === 0
      ? []
      : [{ offsetBytes: area.offsetBytes, bytes }];
  });
  await writePieces(run, disk.diskFile, pieces);
}
