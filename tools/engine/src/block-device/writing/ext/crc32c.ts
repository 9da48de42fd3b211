/** Tables for eight bytes at a time, of the Castagnoli polynomial in reflected form. */
const tables = makeTables();

/**
 * CRC-32C as ext4 uses it: continues from `crc`, and inverts nothing, neither before nor after. Start with `~0`.
 *
 * @returns an unsigned 32-bit number.
 */
export function crc32c(crc: number, bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  let sum = crc | 0;
  let at = 0;
  for (const end = bytes.length - 7; at < end; at += 8) {
    sum ^=
      byte(bytes, at) |
      (byte(bytes, at + 1) << 8) |
      (byte(bytes, at + 2) << 16) |
      (byte(bytes, at + 3) << 24);
    sum =
      entry(t7, sum & 255) ^
      entry(t6, (sum >>> 8) & 255) ^
      entry(t5, (sum >>> 16) & 255) ^
      entry(t4, sum >>> 24) ^
      entry(t3, byte(bytes, at + 4)) ^
      entry(t2, byte(bytes, at + 5)) ^
      entry(t1, byte(bytes, at + 6)) ^
      entry(t0, byte(bytes, at + 7));
  }
  for (; at < bytes.length; at += 1) sum = entry(t0, (sum ^ byte(bytes, at)) & 255) ^ (sum >>> 8);
  return sum >>> 0;
}

/** Continues over a little-endian 32-bit number. */
export function crc32cOfNumber(crc: number, value: number): number {
  numberBytes.writeUInt32LE(value >>> 0);
  return crc32c(crc, numberBytes);
}

const numberBytes = Buffer.alloc(4);

// Indices are known to be inside; only the compiler has to be told.
const byte = (bytes: Uint8Array, at: number): number => bytes[at] as number;
const entry = (table: Int32Array, at: number): number => table[at] as number;

type Tables = readonly [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

function makeTables(): Tables {
  const made = Array.from({ length: 8 }, () => new Int32Array(256));
  for (let value = 0; value < 256; value += 1) {
    let sum = value;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
    made[0]?.fill(sum, value, value + 1);
  }
  for (let table = 1; table < 8; table += 1) {
    for (let value = 0; value < 256; value += 1) {
      const before = made[table - 1]?.[value] ?? 0;
      made[table]?.fill((made[0]?.[before & 255] ?? 0) ^ (before >>> 8), value, value + 1);
    }
  }
  return made as unknown as Tables;
}
