import type { DiskTree } from '../../disk/open-tree.ts';

/** A boot entry: kernel and initrd by the bootloader's paths, and the words after the kernel. */
export interface BootEntry {
  readonly kernel: string;
  readonly initrd: string | undefined;
  readonly commandLine: string;
  /** The configuration that names it. */
  readonly file: string;
}

const grubFiles = ['/boot/grub/grub.cfg', '/boot/grub2/grub.cfg', '/boot/efi/EFI/debian/grub.cfg'];

/** Reads what the bootloader would start: GRUB's menu, and the entries of the Boot Loader Specification. */
export async function readBootEntries(tree: DiskTree): Promise<readonly BootEntry[]> {
  const entries: BootEntry[] = [];
  for (const file of grubFiles) {
    const text = await tree.readText(file);
    if (text !== undefined) entries.push(...parseBootEntries(text, file));
  }
  const directory = '/boot/loader/entries';
  for (const name of (await tree.list(directory)) ?? []) {
    const text = await tree.readText(`${directory}/${name}`);
    if (text !== undefined) entries.push(...parseLoaderEntry(text, `${directory}/${name}`));
  }
  return entries;
}

/** Whether an entry is for repairs: GRUB makes it without the usual parameters, and starts a single user's shell. */
export function isForRecovery({ commandLine }: BootEntry): boolean {
  return /(?:^|\s)(?:single|recovery)(?:\s|$)/u.test(commandLine);
}

/** Parses `linux` and `initrd` lines of grub.cfg, whatever stands around them. */
export function parseBootEntries(text: string, file: string): readonly BootEntry[] {
  const entries: BootEntry[] = [];
  for (const line of text.split('\n')) {
    const [command = '', path = '', ...words] = line.trim().split(/\s+/u);
    if (/^linux(?:16|efi)?$/u.test(command)) {
      entries.push({ kernel: path, initrd: undefined, commandLine: words.join(' '), file });
    }
    const last = entries.at(-1);
    if (/^initrd(?:16|efi)?$/u.test(command) && last !== undefined) {
      entries[entries.length - 1] = { ...last, initrd: path };
    }
  }
  return entries;
}

function parseLoaderEntry(text: string, file: string): readonly BootEntry[] {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}\\s+(.*)$`, 'mu').exec(text)?.[1]?.trim();
  const kernel = field('linux');
  if (kernel === undefined) return [];
  return [{ kernel, initrd: field('initrd'), commandLine: field('options') ?? '', file }];
}
