import type { ByteSource } from './byte-source.ts';
import { gptEntriesMatch, parseGptEntries, parseGptHeader, type GptHeader } from './parse-gpt.ts';
import { extendedTypes, parseBootRecord, type BootRecord } from './parse-mbr.ts';
import { placementProblems, type FoundPartition, type FoundPartitionTable } from './partition-table.ts';

/**
 * Reads the partition table of a disk and checks it: signatures, both GPT headers, all checksums, the protective
 * record, and where the partitions lie.
 *
 * @returns undefined where the disk has no table, as a filesystem without partitions.
 */
export async function readPartitionTable(source: ByteSource): Promise<FoundPartitionTable | undefined> {
  const record = parseBootRecord(await source.read(0, 512));
  for (const sectorBytes of [512, 4096]) {
    const header = parseGptHeader(await source.read(sectorBytes, sectorBytes));
    if (header !== undefined) return readGpt({ source, header, sectorBytes, record });
  }
  if (record === undefined || record.entries.length === 0) return undefined;
  const problems: string[] = [];
  if (record.entries.some((entry) => entry.type === 'ee')) {
    problems.push('the protective record promises a GPT, but there is none');
  }
  const logical = await readLogicalPartitions(source, record.entries);
  const main = record.entries.filter((entry) => !extendedTypes.has(entry.type));
  problems.push(...placementProblems([...main, ...logical], source.sizeBytes));
  return { label: 'mbr', id: record.diskId, partitions: [...record.entries, ...logical], problems };
}

interface GptReading {
  readonly source: ByteSource;
  readonly header: GptHeader;
  readonly sectorBytes: number;
  readonly record: BootRecord | undefined;
}

async function readGpt({ source, header, sectorBytes, record }: GptReading): Promise<FoundPartitionTable> {
  const problems: string[] = [];
  const readEntries = (from: GptHeader) =>
    source.read(from.entriesBlock * sectorBytes, Math.min(from.entryCount * from.entryBytes, 1 << 20));
  if (record?.entries.some((entry) => entry.type === 'ee') !== true)
    problems.push('the protective record is absent');
  if (!header.crcValid) problems.push('the checksum of the GPT header is wrong');
  const entries = await readEntries(header);
  if (!gptEntriesMatch(entries, header)) problems.push('the checksum of the GPT entries is wrong');

  const lastBlock = source.sizeBytes / sectorBytes - 1;
  if (header.otherBlock !== lastBlock) problems.push('the backup GPT is not at the end of the disk');
  const backup = parseGptHeader(await source.read(header.otherBlock * sectorBytes, sectorBytes));
  if (backup === undefined) problems.push('the backup GPT header is absent');
  else {
    if (!backup.crcValid) problems.push('the checksum of the backup GPT header is wrong');
    if (backup.diskId !== header.diskId) problems.push('the backup GPT names another disk');
    if (!gptEntriesMatch(await readEntries(backup), backup)) {
      problems.push('the checksum of the backup GPT entries is wrong');
    }
  }
  const partitions = parseGptEntries(entries, header, sectorBytes);
  const usableEnd = (header.lastUsableBlock + 1) * sectorBytes;
  problems.push(...placementProblems(partitions, usableEnd));
  return { label: 'gpt', id: header.diskId, partitions, problems };
}

/** Logical partitions: each extended record names one, and where the next record lies (both relative). */
async function readLogicalPartitions(
  source: ByteSource,
  primary: readonly FoundPartition[],
): Promise<readonly FoundPartition[]> {
  const extended = primary.find((entry) => extendedTypes.has(entry.type));
  if (extended === undefined) return [];
  const found: FoundPartition[] = [];
  const visited = new Set<number>();
  let at: number | undefined = extended.startBytes;
  while (at !== undefined && !visited.has(at)) {
    visited.add(at);
    const record: BootRecord | undefined = parseBootRecord(await source.read(at, 512));
    const own = record?.entries.find((entry) => !extendedTypes.has(entry.type));
    if (own !== undefined) found.push({ ...own, number: 5 + found.length, startBytes: at + own.startBytes });
    const next = record?.entries.find((entry) => extendedTypes.has(entry.type));
    at = next === undefined ? undefined : extended.startBytes + next.startBytes;
  }
  return found;
}
