/**
 * A qcow2 image, version 3, as Kiln writes it (QEMU's docs/interop/qcow2.txt). Integers are big-endian, clusters 64 KiB:
 *
 *   cluster 0                header
 *   data                     compressed clusters packed byte by byte, others aligned; in the order of the disk
 *   level-2 tables           one for each 512 MiB of the disk that holds any data
 *   level-1 table
 *   refcount blocks, table   one 16-bit count for each cluster of the file
 *
 * Everything follows from the disk's bytes, so the same disk gives the same file.
 */
export const clusterBytes = 65536;

export type Qcow2Compression = 'zstd' | 'zlib' | 'none';

/** How one cluster of the disk is kept: not at all (it is all zeros), as it is, or compressed to so many bytes. */
export type ClusterForm = 'zero' | 'plain' | { readonly compressedBytes: number };

/** Bytes to be written at a place of the image file. */
export interface ImagePiece {
  readonly offsetBytes: number;
  readonly bytes: Buffer;
}

/** Grows with the clusters of one disk, told in ascending order. */
export interface Qcow2Image {
  /** Decides where the cluster's bytes go in the image file; undefined for zeros. */
  readonly place: (cluster: number, form: ClusterForm) => number | undefined;
  /** Header and tables, once all clusters have their place. The file ends with the last of them. */
  readonly finish: () => readonly ImagePiece[];
}

const tableEntries = clusterBytes / 8;
const countsPerBlock = clusterBytes / 2;
/** The cluster is referred to once, so it may be overwritten in place. */
const copied = 1n << 63n;
const compressed = 1n << 62n;
/** A compressed cluster's entry has its offset below this bit, and above it the number of further sectors of 512 bytes. */
const sectorCountShift = 54n;

/** Starts the image of a disk of `sizeBytes`. */
export function createQcow2Image(sizeBytes: number, compression: Qcow2Compression): Qcow2Image {
  const counts: number[] = [1];
  const tables = new Map<number, Buffer>();
  let endBytes = clusterBytes;

  const count = (offsetBytes: number, lengthBytes: number) => {
    const last = Math.floor((offsetBytes + lengthBytes - 1) / clusterBytes);
    for (let cluster = Math.floor(offsetBytes / clusterBytes); cluster <= last; cluster += 1) {
      counts[cluster] = (counts[cluster] ?? 0) + 1;
    }
  };
  const allocate = (lengthBytes: number) => {
    const offsetBytes = roundUp(endBytes);
    endBytes = offsetBytes + lengthBytes;
    count(offsetBytes, lengthBytes);
    return offsetBytes;
  };
  const setEntry = (cluster: number, entry: bigint) => {
    const index = Math.floor(cluster / tableEntries);
    const table = tables.get(index) ?? Buffer.alloc(clusterBytes);
    tables.set(index, table);
    table.writeBigUInt64BE(entry, (cluster % tableEntries) * 8);
  };

  return {
    place: (cluster, form) => {
      if (form === 'zero') return undefined;
      if (form === 'plain') {
        const offsetBytes = allocate(clusterBytes);
        setEntry(cluster, BigInt(offsetBytes) | copied);
        return offsetBytes;
      }
      const offsetBytes = endBytes;
      endBytes += form.compressedBytes;
      count(offsetBytes, form.compressedBytes);
      const sectors = Math.floor((endBytes - 1) / 512) - Math.floor(offsetBytes / 512);
      setEntry(cluster, BigInt(offsetBytes) | compressed | (BigInt(sectors) << sectorCountShift));
      return offsetBytes;
    },
    finish: () => {
      const pieces: ImagePiece[] = [];
      const levelOne = Buffer.alloc(Math.max(1, Math.ceil(sizeBytes / clusterBytes / tableEntries)) * 8);
      for (const [index, table] of [...tables].sort(([left], [right]) => left - right)) {
        const offsetBytes = allocate(clusterBytes);
        levelOne.writeBigUInt64BE(BigInt(offsetBytes) | copied, index * 8);
        pieces.push({ offsetBytes, bytes: table });
      }
      const levelOneAt = allocate(levelOne.length);
      pieces.push({ offsetBytes: levelOneAt, bytes: levelOne });
      const counting = layOutCounts(roundUp(endBytes), counts);
      const header = encodeHeader({
        sizeBytes,
        compression,
        levelOneAt,
        levelOneSize: levelOne.length / 8,
        ...counting,
      });
      return [{ offsetBytes: 0, bytes: header }, ...pieces, ...counting.pieces];
    },
  };
}

interface Counting {
  readonly countTableAt: number;
  readonly countTableClusters: number;
  readonly pieces: readonly ImagePiece[];
}

/** Refcount blocks and their table, which count themselves as well. */
function layOutCounts(startBytes: number, counts: number[]): Counting {
  const before = startBytes / clusterBytes;
  let blocks = 0;
  let tableClusters = 0;
  for (let total = before + 1; ; total = before + blocks + tableClusters) {
    const wantedBlocks = Math.ceil(total / countsPerBlock);
    const wantedTable = Math.ceil(wantedBlocks / tableEntries);
    if (wantedBlocks === blocks && wantedTable === tableClusters) break;
    blocks = wantedBlocks;
    tableClusters = wantedTable;
  }
  const bytes = Buffer.alloc((blocks + tableClusters) * clusterBytes);
  for (let cluster = before; cluster < before + blocks + tableClusters; cluster += 1) counts[cluster] = 1;
  counts.forEach((references, cluster) => bytes.writeUInt16BE(references, cluster * 2));
  for (let block = 0; block < blocks; block += 1) {
    const entry = BigInt(startBytes + block * clusterBytes);
    bytes.writeBigUInt64BE(entry, blocks * clusterBytes + block * 8);
  }
  const countTableAt = startBytes + blocks * clusterBytes;
  return { countTableAt, countTableClusters: tableClusters, pieces: [{ offsetBytes: startBytes, bytes }] };
}

interface Header {
  readonly sizeBytes: number;
  readonly compression: Qcow2Compression;
  readonly levelOneAt: number;
  readonly levelOneSize: number;
  readonly countTableAt: number;
  readonly countTableClusters: number;
}

function encodeHeader(header: Header): Buffer {
  const bytes = Buffer.alloc(clusterBytes);
  const isZstd = header.compression === 'zstd';
  bytes.write('QFI\xfb', 0, 'latin1');
  bytes.writeUInt32BE(3, 4);
  bytes.writeUInt32BE(16, 20);
  bytes.writeBigUInt64BE(BigInt(header.sizeBytes), 24);
  bytes.writeUInt32BE(header.levelOneSize, 36);
  bytes.writeBigUInt64BE(BigInt(header.levelOneAt), 40);
  bytes.writeBigUInt64BE(BigInt(header.countTableAt), 48);
  bytes.writeUInt32BE(header.countTableClusters, 56);
  // Incompatible feature, bit 3: the compression type is not zlib.
  bytes.writeBigUInt64BE(isZstd ? 8n : 0n, 72);
  bytes.writeUInt32BE(4, 96);
  bytes.writeUInt32BE(112, 100);
  bytes.writeUInt8(isZstd ? 1 : 0, 104);
  return bytes;
}

function roundUp(offsetBytes: number): number {
  return Math.ceil(offsetBytes / clusterBytes) * clusterBytes;
}
