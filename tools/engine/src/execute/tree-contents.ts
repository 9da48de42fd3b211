import { sandboxPaths } from '../plan/hook-environment.ts';
import type { Sandbox } from '../sandbox/open-sandbox.ts';

/** An installed package of the image. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** Reads which packages a mounted tree has, from dpkg's status file (deb822, one paragraph a package), in byte order of the names. */
export async function readPackages(sandbox: Sandbox): Promise<readonly InstalledPackage[]> {
  const status = await sandbox.run(['cat', `${sandboxPaths.targetRoot}/var/lib/dpkg/status`], {
    allowFailure: true,
  });
  return status.ok ? parsePackages(status.stdout) : [];
}

/** Parses dpkg's status file; packages that are not installed are left out. */
export function parsePackages(text: string): readonly InstalledPackage[] {
  return text
    .split('\n\n')
    .flatMap((paragraph) => {
      const field = (name: string): string | undefined =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1];
      const [name, version, architecture] = [field('Package'), field('Version'), field('Architecture')];
      if (name === undefined || version === undefined || architecture === undefined) return [];
      return field('Status') === 'install ok installed' ? [{ name, version, architecture }] : [];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
