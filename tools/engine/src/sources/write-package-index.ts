import { constants } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../fingerprint/digest.ts';
import { findFetched } from './fetch-file.ts';
import type { Fetching } from './fetching.ts';
import { openPackageListings } from './package-listings.ts';
import { type PackageFile, renderSimplePage } from './simple-page.ts';

/**
 * Writes a package index as files, of all that the store has of some indexes: for builds without a network.
 *
 *     <folder>/simple/<project>/index.html
 *     <folder>/files/<sha256>/<name>
 *
 * @returns how many files there are to install from.
 */
export async function writePackageIndex(
  fetching: Fetching,
  indexes: readonly string[],
  folder: string,
): Promise<number> {
  let count = 0;
  await mkdir(join(folder, 'simple'), { recursive: true });
  for (const [project, files] of await openPackageListings(fetching.store, indexes).readAll()) {
    const present: PackageFile[] = [];
    for (const file of files) if (await placeFile(fetching, folder, file)) present.push(file);
    if (present.length === 0) continue;
    count += present.length;
    await mkdir(join(folder, 'simple', project));
    await writeFile(join(folder, 'simple', project, 'index.html'), renderSimplePage(present, hrefOf));
  }
  return count;
}

function hrefOf({ sha256 = '', filename }: PackageFile): string {
  return `../../files/${sha256}/${encodeURIComponent(filename)}#sha256=${sha256}`;
}

async function placeFile(fetching: Fetching, folder: string, file: PackageFile): Promise<boolean> {
  const found = file.sha256 === undefined ? undefined : await findFetched(fetching, file.sha256 as Digest);
  if (found === undefined || /[/\0]/.test(file.filename)) return false;
  const place = join(folder, 'files', found.digest);
  await mkdir(place, { recursive: true });
  await copyFile(found.path, join(place, file.filename), constants.COPYFILE_FICLONE);
  return true;
}
