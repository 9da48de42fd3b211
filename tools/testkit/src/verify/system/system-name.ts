import type { DiskTree } from '../../disk/open-tree.ts';
import type { SystemName } from './package-names.ts';

/** Names the system of an image: by what its build exported, where that is known, else by /etc/os-release. */
export async function readSystemName(
  tree: DiskTree,
  environment: Readonly<Record<string, string>> = {},
): Promise<SystemName> {
  const text = (await tree.readText('/etc/os-release')) ?? '';
  const of = (key: string): string =>
    new RegExp(`^${key}=["']?(?<value>[\\w.-]+)`, 'mu').exec(text)?.groups?.['value'] ?? '';
  return {
    // openSUSE's name has that of its edition behind it.
    distribution: environment['DISTRO_NAME'] ?? of('ID').replace(/^opensuse-.*/u, 'opensuse'),
    release: environment['DIB_RELEASE'] ?? (of('VERSION_CODENAME') || of('VERSION_ID')),
  };
}
