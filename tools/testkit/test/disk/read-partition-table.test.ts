import { describe, expect, it } from 'vitest';
import { bufferSource } from '../../src/disk/byte-source.ts';
import { readPartitionTable } from '../../src/disk/read-partition-table.ts';
import { makeGptDisk } from './make-gpt.ts';

const diskId = '11111111-2222-3333-4455-66778899aabb';
const efi = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
const linux = '0fc63daf-8483-4772-8e79-3d69d8477de4';
const blocks = 4096;

function gptDisk(): Buffer {
  return makeGptDisk(blocks, diskId, [
    { type: efi, uuid: 'aaaaaaaa-0000-4000-8000-000000000001', firstBlock: 64, lastBlock: 127, name: 'ESP' },
    {
      type: linux,
      uuid: 'aaaaaaaa-0000-4000-8000-000000000002',
      firstBlock: 128,
      lastBlock: 4000,
      name: 'root',
    },
  ]);
}

async function problemsAfter(change: (disk: Buffer) => void): Promise<readonly string[]> {
  const disk = gptDisk();
  change(disk);
  return (await readPartitionTable(bufferSource(disk)))?.problems ?? ['no table'];
}

describe('readPartitionTable, GPT', () => {
  it('reads a sound table', async () => {
    expect(await readPartitionTable(bufferSource(gptDisk()))).toEqual({
      label: 'gpt',
      id: diskId,
      problems: [],
      partitions: [
        {
          number: 1,
          startBytes: 64 * 512,
          sizeBytes: 64 * 512,
          type: efi,
          bootable: false,
          uuid: 'aaaaaaaa-0000-4000-8000-000000000001',
          name: 'ESP',
        },
        {
          number: 2,
          startBytes: 128 * 512,
          sizeBytes: 3873 * 512,
          type: linux,
          bootable: false,
          uuid: 'aaaaaaaa-0000-4000-8000-000000000002',
          name: 'root',
        },
      ],
    });
  });

  it.each([
    ['a changed header', 512 + 40, /checksum of the GPT header/u],
    ['a changed entry', 1024 + 40, /checksum of the GPT entries/u],
    ['a changed backup header', (blocks - 1) * 512 + 40, /checksum of the backup GPT header/u],
    ['a changed backup entry', (blocks - 33) * 512 + 40, /checksum of the backup GPT entries/u],
    ['no protective record', 450, /protective record/u],
  ])('sees %s', async (_, offset, says) => {
    const problems = await problemsAfter((disk) => disk.writeUInt8(disk.readUInt8(offset) ^ 0xff, offset));
    expect(problems.join('\n')).toMatch(says);
  });

  it('sees a missing backup, and a disk that was cut off', async () => {
    expect((await problemsAfter((disk) => disk.fill(0, (blocks - 1) * 512))).join()).toMatch(
      /backup GPT header is absent/u,
    );
    const short = gptDisk().subarray(0, 2048 * 512);
    const found = await readPartitionTable(bufferSource(short));
    expect(found?.problems.join()).toMatch(/not at the end of the disk/u);
  });

  it('sees partitions that overlap', async () => {
    const disk = makeGptDisk(blocks, diskId, [
      { type: linux, uuid: diskId, firstBlock: 64, lastBlock: 200, name: 'a' },
      { type: linux, uuid: linux, firstBlock: 200, lastBlock: 300, name: 'b' },
    ]);
    expect((await readPartitionTable(bufferSource(disk)))?.problems).toEqual(['partitions 1 and 2 overlap']);
  });
});

interface MbrEntry {
  readonly at: number;
  readonly type: number;
  readonly start: number;
  readonly size: number;
  readonly bootable?: boolean;
}

function writeRecord(disk: Buffer, offset: number, entries: readonly MbrEntry[]): void {
  disk.writeUInt16LE(0xaa55, offset + 510);
  for (const entry of entries) {
    const at = offset + 446 + 16 * entry.at;
    disk.writeUInt8(entry.bootable === true ? 0x80 : 0, at);
    disk.writeUInt8(entry.type, at + 4);
    disk.writeUInt32LE(entry.start, at + 8);
    disk.writeUInt32LE(entry.size, at + 12);
  }
}

describe('readPartitionTable, MBR', () => {
  it('reads primary and logical partitions', async () => {
    const disk = Buffer.alloc(blocks * 512);
    disk.writeUInt32LE(0xcafe0001, 440);
    writeRecord(disk, 0, [
      { at: 0, type: 0x83, start: 64, size: 64, bootable: true },
      { at: 1, type: 0x05, start: 1000, size: 1000 },
    ]);
    writeRecord(disk, 1000 * 512, [
      { at: 0, type: 0x83, start: 8, size: 100 },
      { at: 1, type: 0x05, start: 500, size: 200 },
    ]);
    writeRecord(disk, 1500 * 512, [{ at: 0, type: 0x82, start: 8, size: 100 }]);
    const table = await readPartitionTable(bufferSource(disk));
    expect(table).toMatchObject({ label: 'mbr', id: 'cafe0001', problems: [] });
    expect(table?.partitions.map((it) => [it.number, it.type, it.startBytes / 512, it.bootable])).toEqual([
      [1, '83', 64, true],
      [2, '05', 1000, false],
      [5, '83', 1008, false],
      [6, '82', 1508, false],
    ]);
  });

  it('ends on a chain that runs in circles', async () => {
    const disk = Buffer.alloc(blocks * 512);
    writeRecord(disk, 0, [{ at: 0, type: 0x05, start: 1000, size: 1000 }]);
    writeRecord(disk, 1000 * 512, [
      { at: 0, type: 0x83, start: 8, size: 100 },
      { at: 1, type: 0x05, start: 0, size: 200 },
    ]);
    expect((await readPartitionTable(bufferSource(disk)))?.partitions).toHaveLength(2);
  });

  it('sees a partition beyond the end of the disk', async () => {
    const disk = Buffer.alloc(100 * 512);
    writeRecord(disk, 0, [{ at: 0, type: 0x83, start: 64, size: 64 }]);
    expect((await readPartitionTable(bufferSource(disk)))?.problems.join()).toMatch(/beyond the disk/u);
  });

  it('takes a filesystem without partitions for what it is', async () => {
    const bootSector = Buffer.alloc(512, 0x90);
    bootSector.writeUInt16LE(0xaa55, 510);
    expect(await readPartitionTable(bufferSource(bootSector))).toBeUndefined();
    expect(await readPartitionTable(bufferSource(Buffer.alloc(4096)))).toBeUndefined();
  });
});
