import { access } from 'node:fs/promises';

/** Firmware without Secure Boot, and the empty variable store that belongs to it. */
export interface UefiFirmware {
  readonly codeFile: string;
  readonly variablesFile: string;
}

/** Debian's names first, then those of Fedora and Arch. */
const candidates: readonly UefiFirmware[] = [
  { codeFile: '/usr/share/OVMF/OVMF_CODE_4M.fd', variablesFile: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
  { codeFile: '/usr/share/OVMF/OVMF_CODE.fd', variablesFile: '/usr/share/OVMF/OVMF_VARS.fd' },
  { codeFile: '/usr/share/edk2/ovmf/OVMF_CODE.fd', variablesFile: '/usr/share/edk2/ovmf/OVMF_VARS.fd' },
  { codeFile: '/usr/share/edk2/x64/OVMF_CODE.4m.fd', variablesFile: '/usr/share/edk2/x64/OVMF_VARS.4m.fd' },
];

/** Finds UEFI firmware among the host's files; undefined where it has none. */
export async function findUefiFirmware(): Promise<UefiFirmware | undefined> {
  for (const candidate of candidates) {
    const readable = await Promise.all(
      [candidate.codeFile, candidate.variablesFile].map((file) =>
        access(file).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (readable.every(Boolean)) return candidate;
  }
  return undefined;
}
