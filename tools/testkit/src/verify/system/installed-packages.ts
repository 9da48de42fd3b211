import { readRpmDatabase, rpmDatabases } from '@kiln/engine/util/read-rpm-database.ts';
import type { DiskTree } from '../../disk/open-tree.ts';
import { readDpkgStatus, type PackageState } from './dpkg-status.ts';

/**
 * Reads which packages an image has, from the database of dpkg or of rpm, whichever is there. What rpm has counts as installed, in dpkg's words.
 *
 * @returns undefined where there is neither, or rpm's is none that can be read.
 */
export async function readInstalledPackages(
  tree: DiskTree,
): Promise<ReadonlyMap<string, PackageState> | undefined> {
  const [debian, rpm] = await Promise.all([readDpkgStatus(tree), readRpmPackages(tree)]);
  return debian === undefined ? rpm : new Map([...debian, ...(rpm ?? [])]);
}

async function readRpmPackages(tree: DiskTree): Promise<ReadonlyMap<string, PackageState> | undefined> {
  for (const path of rpmDatabases) {
    const database = await tree.readFile(path);
    if (database === undefined) continue;
    const wal = await tree.readFile(`${path}-wal`);
    const status = 'install ok installed';
    return new Map(
      readRpmDatabase(database, wal).map(({ name, version, architecture }) => [
        name,
        { version, architecture, status },
      ]),
    );
  }
  return undefined;
}
