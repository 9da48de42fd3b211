import type { DiskImageMode } from '../disk-image-create/disk-image-invocation.ts';
import type { ImageEntry } from './entry-schema.ts';

/** The command that an entry stands for. */
export interface EntryCommand {
  readonly command: 'disk-image-create' | 'ramdisk-image-create';
  readonly mode: DiskImageMode;
  readonly argv: readonly string[];
  /** What the entry adds to the environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Turns an entry into the call of `disk-image-create` or `ramdisk-image-create` that it means. Empty texts and lists mean nothing. */
export function entryCommand(entry: ImageEntry): EntryCommand {
  const isRamdisk = entry.ramdisk === true;
  return {
    command: isRamdisk ? 'ramdisk-image-create' : 'disk-image-create',
    mode: isRamdisk ? 'ramdisk' : 'disk',
    environment: entry.environment ?? {},
    argv: [
      ...option('-o', entry.imagename),
      ...option('-a', entry.arch),
      ...option('-t', entry.types?.join(',')),
      ...Array.from({ length: entry['debug-trace'] ?? 0 }, () => '-x'),
      ...flag('-u', entry.uncompressed),
      ...flag('-c', entry.clear),
      ...option('--logfile', entry.logfile),
      ...flag('--checksum', entry.checksum),
      ...option('--image-size', entry['image-size']),
      ...option('--image-extra-size', entry['image-extra-size']),
      ...option('--image-cache', entry['image-cache']),
      ...option('--max-online-resize', entry['max-online-resize']),
      ...option('--min-tmpfs', entry['min-tmpfs']),
      ...option('--mkfs-journal-size', entry['mkfs-journal-size']),
      ...option('--mkfs-options', entry['mkfs-options']),
      ...flag('--no-tmpfs', entry['no-tmpfs']),
      ...flag('--offline', entry.offline),
      ...option('--qemu-img-options', joined(entry['qemu-img-options'])),
      ...option('--root-label', entry['root-label']),
      ...option('--ramdisk-element', entry['ramdisk-element']),
      ...option('--install-type', entry['install-type']),
      ...option('--docker-target', entry['docker-target']),
      ...option('-p', entry.packages?.join(',')),
      ...flag('-n', entry['skip-base']),
      ...(entry.elements ?? []),
    ],
  };
}

/** The command as a line for a shell, with what it adds to the environment in front. */
export function commandLine({ environment, command, argv }: EntryCommand): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${quoted(value)}`);
  return [...variables, command, ...argv.map(quoted)].join(' ');
}

function option(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : [name, String(value)];
}

function flag(name: string, value: boolean | undefined): readonly string[] {
  return value === true ? [name] : [];
}

function joined(map: Readonly<Record<string, string>> | undefined): string | undefined {
  return map === undefined
    ? undefined
    : Object.entries(map)
        .map(([name, value]) => `${name}=${value}`)
        .join(',');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}
