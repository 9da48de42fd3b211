import { digestOf } from '../fingerprint/digest.ts';

/** The first `length` hexadecimal digits of SHA-256 over the seed and the node's name, with a NUL between them. */
export function derivedHex(seed: string, name: string, length: number): string {
  return digestOf(`${seed}\0${name}`).slice(0, length);
}

/** A UUID that depends on the seed and the node's name only; version 4 and variant bits as RFC 4122 wants them. */
export function derivedUuid(seed: string, name: string): string {
  const hex = derivedHex(seed, name, 32);
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

const volumeIdDigits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const volumeIdGroups = [6, 4, 4, 4, 4, 4, 6];

/** An identifier in LVM's form, 32 letters and digits in groups (`iFZpqT-…`), that depends on the seed and the name only. */
export function derivedVolumeId(seed: string, name: string): string {
  let number = BigInt(`0x${derivedHex(seed, name, 64)}`);
  const groups = volumeIdGroups.map((length) =>
    Array.from({ length }, () => {
      const digit = volumeIdDigits[Number(number % 62n)] ?? '0';
      number /= 62n;
      return digit;
    }).join(''),
  );
  return groups.join('-');
}
