import { guidOfCode } from './gpt-type-codes.ts';

/** The type of the partition that holds GRUB's core image on a gpt disk. */
export const biosBootPartitionType = '21686148-6449-6E6F-744E-656564454649';

/** The type of the partition that UEFI firmware reads. */
export const efiSystemPartitionType = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';

/** GUID, in upper case, of an sgdisk code (`EF00`, `0x4100`) or of a GUID as text; undefined where it is neither. */
export function gptPartitionType(text: string): string | undefined {
  const upper = text.trim().toUpperCase();
  if (/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/.test(upper)) return upper;
  // YAML takes an unquoted 0700 for a number, and its zero away.
  return guidOfCode[upper.replace(/^0X/, '').padStart(4, '0')];
}

/** Two-digit code, lower case, of an mbr type such as `0x83`, `83` or `EF`; undefined where it is none. */
export function mbrPartitionType(text: string): string | undefined {
  const match = /^(?:0x)?([0-9a-f]{1,2})$/i.exec(text.trim());
  const code = match?.[1]?.toLowerCase().padStart(2, '0');
  return code === '00' ? undefined : code;
}

/** The sgdisk codes that can be written in a configuration. */
export const knownGptCodes: readonly string[] = Object.keys(guidOfCode).sort();
