import { runWriting } from '../../diagnostics/run-writing.ts';
import type { FilesystemWriting } from './filesystem-writing.ts';
import { commandEnvironment } from './filesystem-writing.ts';
import { onTreeView } from './tree-view.ts';

/** mtools takes new directories' times from SOURCE_DATE_EPOCH, files' times (-m) from the tree; names go in byte order. */
const script = `
disk=$1 offset=$2 kibibytes=$3
shift 3
mkfs.vfat "$@" "$disk" "$kibibytes" > "$scratch/said"
cd "$scratch/view"
find . ! -type d ! -type f > "$scratch/strange"
if [ -s "$scratch/strange" ]; then
  echo "vfat can hold files and directories only; the tree has:" >&2
  cat "$scratch/strange" >&2
  exit 1
fi
find . -mindepth 1 -type d > "$scratch/directories"
find . -type f > "$scratch/files"
LC_ALL=C sort -o "$scratch/directories" "$scratch/directories"
LC_ALL=C sort -o "$scratch/files" "$scratch/files"
while IFS= read -r path; do
  mmd -D s -i "$disk@@$offset" "::\${path#.}" < /dev/null
done < "$scratch/directories"
while IFS= read -r path; do
  mcopy -Q -m -i "$disk@@$offset" "$path" "::\${path#.}" < /dev/null
done < "$scratch/files"
`;

/**
 * Kind of FAT and size of clusters, which mkfs.vfat would choose by the size of the whole disk's file.
 *
 * Its own rules for a device of the partition's size: FAT32 from 512 MiB with clusters of 4 KiB (more from 8 GiB), FAT16 below that, FAT12
 * below 8 MiB; FAT16 and FAT12 with the least clusters of 2 KiB or more that keep their number in bounds.
 */
export function fatOptions(sizeBytes: number, sectorBytes: number): readonly string[] {
  const mebibyte = 2 ** 20;
  const bits = sizeBytes >= 512 * mebibyte ? 32 : sizeBytes >= 8 * mebibyte ? 16 : 12;
  const mostClusters = { 32: 2 ** 21, 16: 65_524, 12: 4_084 }[bits];
  let clusterBytes = Math.max(bits === 32 ? 4096 : 2048, sectorBytes);
  while (sizeBytes / clusterBytes > mostClusters && clusterBytes < 32 * 1024) clusterBytes *= 2;
  return ['-F', String(bits), '-s', String(clusterBytes / sectorBytes)];
}

/**
 * Makes a vfat filesystem at its offset in the disk file and copies the tree's files into it with mtools; no kernel with vfat is needed.
 * Owners and modes are lost, times count in steps of two seconds, in UTC.
 */
export async function writeVfat(writing: FilesystemWriting): Promise<void> {
  const { filesystem, diskFile, epochSeconds, sectorBytes, run } = writing;
  const fixed = ['--invariant', '--mbr=n', '-S', String(sectorBytes)];
  const identity = ['-i', filesystem.uuid.replace('-', ''), '-n', filesystem.label];
  const offset = ['--offset', String(filesystem.offsetBytes / sectorBytes)];
  const args = [
    ...fixed,
    ...fatOptions(filesystem.sizeBytes, sectorBytes),
    ...identity,
    ...offset,
    ...filesystem.options,
  ];
  const place = [diskFile, String(filesystem.offsetBytes), String(Math.floor(filesystem.sizeBytes / 1024))];
  await runWriting(run, onTreeView(writing.view, script, [...place, ...args]), {
    target: diskFile,
    doing: `writing the vfat filesystem '${filesystem.name}'`,
    env: { ...commandEnvironment, SOURCE_DATE_EPOCH: String(epochSeconds), MTOOLS_SKIP_CHECK: '1' },
    explain: ({ stderr }) =>
      /disk full/i.test(stderr)
        ? {
            code: 'block-device-invalid',
            reason: `the partition of '${filesystem.name}' (${filesystem.sizeBytes} bytes) is too small for its files`,
          }
        : undefined,
  });
}
