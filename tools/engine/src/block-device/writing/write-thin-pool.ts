import { runWriting } from '../../diagnostics/run-writing.ts';
import type { Runner } from '../../util/runner.ts';
import type { DiskSegment, LogicalVolume, ThinPool, ThinVolume, VolumeGroup } from '../disk-layout.ts';
import { copyToSegments } from './disk-pieces.ts';
import { commandEnvironment } from './filesystem-writing.ts';
import { segmentsOfVolume } from '../layout/plan-volume-group.ts';
import { thinVolumeCount } from './render-lvm-metadata.ts';

/** Chunks of a thin volume that hold anything, and where they lie in the pool; all three count chunks. */
export interface ThinRange {
  readonly origin: number;
  readonly data: number;
  readonly length: number;
}

/** What a thin pool holds so far. */
export interface PoolContents {
  readonly volumes: ReadonlyMap<ThinVolume, readonly ThinRange[]>;
  /** The first chunk of the pool that is still free. */
  readonly nextChunk: number;
}

export const emptyPool: PoolContents = { volumes: new Map(), nextChunk: 0 };

/**
 * Copies each chunk of a file that is not all zeros to the next free one of the pool, and tells where it went. What the file's holes are
 * does not count: they depend on the host's filesystem.
 */
const packScript = `
import os, sys
source, disk = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[2], os.O_WRONLY)
size, chunk = int(sys.argv[3]), int(sys.argv[4])
zeros = bytes(size)
places = [int(start) + at for start, length in (word.split(':') for word in sys.argv[5:])
          for at in range(0, int(length) // size * size, size)]
ranges, position, end = [], 0, os.fstat(source).st_size
while position < end:
    try:
        position = os.lseek(source, position, os.SEEK_DATA) // size * size
    except OSError:
        break
    block = os.pread(source, size, position)
    if block != zeros[:len(block)]:
        if chunk == len(places):
            sys.exit('thin pool full')
        os.pwrite(disk, block, places[chunk])
        origin = position // size
        if ranges and sum(ranges[-1][::2]) == origin:
            ranges[-1][2] += 1
        else:
            ranges.append([origin, chunk, 1])
        chunk += 1
    position += size
for entry in ranges:
    print(*entry)
`;

export interface ThinFilling {
  readonly group: VolumeGroup;
  readonly pool: ThinPool;
  readonly diskFile: string;
  readonly run: Runner;
}

/** Puts what a file holds into the pool as the blocks of a thin volume. Throws 'block-device-invalid' where the pool is full. */
export async function fillThinVolume(
  { group, pool, diskFile, run }: ThinFilling,
  contents: PoolContents,
  { volume, file }: { readonly volume: ThinVolume; readonly file: string },
): Promise<PoolContents> {
  const segments = segmentsOfVolume(group, pool).map((it) => `${it.offsetBytes}:${it.sizeBytes}`);
  const numbers = [String(pool.chunkBytes), String(contents.nextChunk)];
  const { stdout } = await runWriting(
    run,
    ['python3', '-I', '-c', packScript, file, diskFile, ...numbers, ...segments],
    {
      target: diskFile,
      doing: `writing the thin volume '${volume.name}'`,
      env: commandEnvironment,
      explain: ({ stderr }) =>
        stderr.includes('thin pool full')
          ? {
              code: 'block-device-invalid',
              reason: `thin pool '${pool.name}' (${pool.extents * group.extentBytes} bytes) has no room for '${volume.name}'`,
              remedy: "raise the pool's size",
            }
          : undefined,
    },
  );
  const ranges = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ThinRange => {
      const [origin = 0, data = 0, length = 0] = line.split(' ').map(Number);
      return { origin, data, length };
    });
  const nextChunk = contents.nextChunk + ranges.reduce((sum, { length }) => sum + length, 0);
  return { volumes: new Map([...contents.volumes, [volume, ranges]]), nextChunk };
}

/** Makes the pool's own metadata with thin_restore, and puts it in its place. */
export async function writePoolMetadata(filling: ThinFilling, contents: PoolContents): Promise<void> {
  const { group, pool, diskFile, run } = filling;
  const volume = group.logicalVolumes.find(({ name }) => name === pool.metadataVolume);
  const segments: readonly DiskSegment[] = volume === undefined ? [] : segmentsOfVolume(group, volume);
  const sizeBytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  const file = `${diskFile}.thin`;
  // Thin_restore reads its input from a file only, and wants one of full size to write to.
  const script = 'truncate -s "$2" "$1"; cat > "$1.xml"; thin_restore -q -i "$1.xml" -o "$1"; rm "$1.xml"';
  const command = ['sh', '-euc', script, 'kiln-disk', file, String(sizeBytes)] as const;
  const doing = `writing the metadata of the thin pool '${pool.name}'`;
  try {
    const input = renderThinMetadata(group, pool, contents);
    await runWriting(run, command, { input, target: diskFile, doing });
    await copyToSegments(run, { file, diskFile, segments });
  } finally {
    await run(['rm', '-f', file, `${file}.xml`]);
  }
}

/** The pool's mappings in the XML of thin_dump and thin_restore (thin-provisioning-tools). */
export function renderThinMetadata(group: VolumeGroup, pool: ThinPool, contents: PoolContents): string {
  const chunks = (pool.extents * group.extentBytes) / pool.chunkBytes;
  const attributes = `uuid="" time="0" transaction="${thinVolumeCount(group, pool)}" flags="0" version="2"`;
  const inPool = (it: LogicalVolume): it is ThinVolume => it.kind === 'thin' && it.pool === pool.name;
  const devices = group.logicalVolumes.filter(inPool).map((volume) => {
    const ranges = contents.volumes.get(volume) ?? [];
    const mapped = ranges.reduce((sum, { length }) => sum + length, 0);
    const created = `transaction="${volume.deviceNumber - 1}" creation_time="0" snap_time="0"`;
    const mappings = ranges.map(
      ({ origin, data, length }) =>
        `    <range_mapping origin_begin="${origin}" data_begin="${data}" length="${length}" time="0"/>\n`,
    );
    const open = `  <device dev_id="${volume.deviceNumber}" mapped_blocks="${mapped}" ${created}>\n`;
    return `${open}${mappings.join('')}  </device>\n`;
  });
  const sizes = `data_block_size="${pool.chunkBytes / 512}" nr_data_blocks="${chunks}"`;
  return `<superblock ${attributes} ${sizes}>\n${devices.join('')}</superblock>\n`;
}
