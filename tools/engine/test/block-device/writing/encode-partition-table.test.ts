import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import type { DiskLayout, Partition } from '../../../src/block-device/disk-layout.ts';
import { encodePartitionTable } from '../../../src/block-device/writing/encode-partition-table.ts';

const mebibyte = 2 ** 20;

function partition(name: string, more: Partial<Partition>): Partition {
  const place = { startBytes: mebibyte, sizeBytes: mebibyte };
  return { name, number: 1, kind: 'primary', ...place, type: '83', bootable: false, ...more };
}

function bytesOf(layout: DiskLayout): Buffer {
  const disk = Buffer.alloc(layout.sizeBytes);
  for (const { offsetBytes, bytes } of encodePartitionTable(layout)) bytes.copy(disk, offsetBytes);
  return disk;
}

const gpt: DiskLayout = {
  sizeBytes: 8 * mebibyte,
  sectorBytes: 512,
  table: {
    label: 'gpt',
    id: '01020304-0506-4708-890a-0b0c0d0e0f10',
    partitions: [
      partition('ESP', {
        type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
        uuid: '11111111-2222-4333-8444-555555555555',
      }),
      partition('root', {
        number: 2,
        startBytes: 2 * mebibyte,
        sizeBytes: 5 * mebibyte,
        type: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
        uuid: '11111111-2222-4333-8444-555555555556',
      }),
    ],
  },
  filesystems: [],
};

test.each([512, 4096] as const)(
  'gpt with sectors of %d bytes: both headers are whole and point at each other',
  (sectorBytes) => {
    const disk = bytesOf({ ...gpt, sectorBytes });
    const last = disk.length / sectorBytes - 1;
    for (const [own, other] of [
      [1, last],
      [last, 1],
    ] as const) {
      const header = Buffer.from(disk.subarray(own * sectorBytes, own * sectorBytes + 92));
      expect(header.toString('latin1', 0, 8)).toBe('EFI PART');
      expect([Number(header.readBigUInt64LE(24)), Number(header.readBigUInt64LE(32))]).toEqual([own, other]);
      expect(header.toString('hex', 56, 72)).toBe('040302010605084789' + '0a0b0c0d0e0f10');
      const entriesAt = Number(header.readBigUInt64LE(72)) * sectorBytes;
      const entries = disk.subarray(entriesAt, entriesAt + 128 * 128);
      expect(header.readUInt32LE(88)).toBe(crc32(entries));
      const sum = header.readUInt32LE(16);
      header.writeUInt32LE(0, 16);
      expect(sum).toBe(crc32(header));
      expect(entries.toString('hex', 0, 16)).toBe('28732ac11ff8d211ba4b00a0c93ec93b');
      expect(Number(entries.readBigUInt64LE(128 + 32)) * sectorBytes).toBe(2 * mebibyte);
      expect((Number(entries.readBigUInt64LE(128 + 40)) + 1) * sectorBytes).toBe(7 * mebibyte);
      expect(entries.toString('utf16le', 128 + 56, 128 + 64)).toBe('root');
    }
    expect(disk.toString('hex', 510, 512)).toBe('55aa');
    expect(disk[0x1be + 4]).toBe(0xee);
  },
);

test('mbr: boot flag, type, place, disk identifier', () => {
  const table = {
    label: 'mbr',
    id: '1a2b3c4d',
    partitions: [partition('root', { bootable: true })],
  } as const;
  const disk = bytesOf({ sizeBytes: 4 * mebibyte, sectorBytes: 512, table, filesystems: [] });
  expect(disk.readUInt32LE(0x1b8)).toBe(0x1a2b3c4d);
  expect(disk[0x1be]).toBe(0x80);
  expect(disk[0x1be + 4]).toBe(0x83);
  expect(disk.readUInt32LE(0x1be + 8)).toBe(2048);
  expect(disk.readUInt32LE(0x1be + 12)).toBe(2048);
});

test('mbr: the chain of boot records leads to each logical partition', () => {
  const partitions = [
    partition('extended', { kind: 'extended', type: '0f', startBytes: mebibyte, sizeBytes: 9 * mebibyte }),
    partition('a', { kind: 'logical', number: 5, startBytes: 2 * mebibyte, sizeBytes: 2 * mebibyte }),
    partition('b', { kind: 'logical', number: 6, startBytes: 5 * mebibyte, sizeBytes: mebibyte }),
    partition('c', { kind: 'logical', number: 7, startBytes: 7 * mebibyte, sizeBytes: 3 * mebibyte }),
  ];
  const table = { label: 'mbr', id: '00000001', partitions } as const;
  const disk = bytesOf({ sizeBytes: 11 * mebibyte, sectorBytes: 512, table, filesystems: [] });
  const origin = disk.readUInt32LE(0x1be + 8);
  const found: number[] = [];
  for (let record: number | undefined = origin; record !== undefined;) {
    const at: number = record * 512 + 0x1be;
    expect(disk.toString('hex', record * 512 + 510, record * 512 + 512)).toBe('55aa');
    found.push((record + disk.readUInt32LE(at + 8)) * 512);
    record = disk[at + 16 + 4] === 0x05 ? origin + disk.readUInt32LE(at + 16 + 8) : undefined;
  }
  expect(found).toEqual([2 * mebibyte, 5 * mebibyte, 7 * mebibyte]);
});

test('no table, no bytes', () => {
  expect(encodePartitionTable({ ...gpt, table: undefined })).toEqual([]);
});
