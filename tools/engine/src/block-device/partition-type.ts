/** The type of the partition that holds GRUB's core image on a gpt disk. */
export const biosBootPartitionType = '21686148-6449-6E6F-744E-656564454649';

/** The type of the partition that UEFI firmware reads. */
export const efiSystemPartitionType = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';

/** sgdisk's four-digit codes, which diskimage-builder's configurations use, and the GUIDs behind them. */
const guidOfCode: Readonly<Record<string, string>> = {
  '0700': 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
  '4100': '9E1A2D38-C612-4316-AA26-8B49521E5A8B',
  '8200': '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F',
  '8300': '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
  '8301': '8DA63339-0007-60C0-C436-083AC8230908',
  '8302': '933AC7E1-2EB4-4F13-B844-0E14E2AEF915',
  '8303': '44479540-F297-41B2-9AF7-D131D5F0458A',
  '8304': '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709',
  '8305': 'B921B045-1DF0-41C3-AF44-4C6F280D3FAE',
  '8306': '3B8F8425-20E0-4F3B-907F-1A25A76F98E8',
  '8307': '69DAD710-2CE4-4E3C-B16C-21A1D49ABED3',
  '8310': '4D21B016-B534-45C2-A9FB-5C16E091FD2D',
  '8E00': 'E6D6D379-F507-44C2-A23C-238F2A3DF928',
  EA00: 'BC13C2FF-59E6-4262-A352-B275FD6F7172',
  EF00: efiSystemPartitionType,
  EF02: biosBootPartitionType,
  FD00: 'A19D880F-05FC-4D3B-A006-743F0F84911E',
};

/** GUID, in upper case, of an sgdisk code (`EF00`, `0x4100`) or of a GUID as text; undefined where it is neither. */
export function gptPartitionType(text: string): string | undefined {
  const upper = text.trim().toUpperCase();
  if (/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/.test(upper)) return upper;
  return guidOfCode[upper.replace(/^0X/, '')];
}

/** Two-digit code, lower case, of an mbr type such as `0x83`, `83` or `EF`; undefined where it is none. */
export function mbrPartitionType(text: string): string | undefined {
  const match = /^(?:0x)?([0-9a-f]{1,2})$/i.exec(text.trim());
  const code = match?.[1]?.toLowerCase().padStart(2, '0');
  return code === '00' ? undefined : code;
}

/** The sgdisk codes that can be written in a configuration. */
export const knownGptCodes: readonly string[] = Object.keys(guidOfCode).sort();
