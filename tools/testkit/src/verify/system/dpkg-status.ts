import type { DiskTree } from '../../disk/open-tree.ts';

/** A package in dpkg's database. `status` is as there: `install ok installed`. */
export interface PackageState {
  readonly version: string;
  readonly architecture: string;
  readonly status: string;
}

/** Reads dpkg's database: states by package name (with the last architecture where several are known). */
export async function readDpkgStatus(tree: DiskTree): Promise<ReadonlyMap<string, PackageState> | undefined> {
  const text = await tree.readText('/var/lib/dpkg/status');
  return text === undefined ? undefined : parseDpkgStatus(text);
}

/** Parses `/var/lib/dpkg/status`: stanzas separated by empty lines, fields as in Debian Policy, section 5.1. */
export function parseDpkgStatus(text: string): ReadonlyMap<string, PackageState> {
  const packages = new Map<string, PackageState>();
  for (const stanza of text.split(/\n\s*\n/u)) {
    const field = (name: string): string =>
      new RegExp(`^${name}: *(.*)$`, 'mu').exec(stanza)?.[1]?.trim() ?? '';
    const name = field('Package');
    const state = { version: field('Version'), architecture: field('Architecture'), status: field('Status') };
    // Where two architectures are known, the installed one counts.
    if (name !== '' && !isInstalled(packages.get(name))) packages.set(name, state);
  }
  return packages;
}

/** True for a package that is unpacked and configured. */
export function isInstalled(state: PackageState | undefined): boolean {
  return state?.status === 'install ok installed' || state?.status === 'hold ok installed';
}
