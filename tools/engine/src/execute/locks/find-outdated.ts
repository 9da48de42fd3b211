import { readFile } from 'node:fs/promises';
import type { ResolvedImage } from '../../elements/resolved-image.ts';
import type { AptRequest } from '../../lock/lock-request.ts';
import { resolveLock } from '../../lock/resolve-lock.ts';
import { compareDebianVersions } from '../../sources/compare-debian-versions.ts';
import { fetchAptIndex } from '../../sources/fetch-apt-index.ts';
import { type OfferedPackage, readPackageList } from '../../sources/read-package-list.ts';
import { byteOrder } from '../../util/byte-order.ts';
import { withoutPassword } from '../../util/without-password.ts';
import type { BuildRequest } from '../build-request.ts';
import { withWorkbench } from '../prepare-build.ts';
import { askForLock, now } from './take-lock.ts';
import type { InstalledPackage } from '../artifacts/tree-contents.ts';
import type { Workbench } from '../workbench.ts';

/** Which packages are to be compared with what the image's package indexes have now. */
export interface OutdatedRequest extends Omit<BuildRequest, 'image'> {
  readonly image: ResolvedImage;
  readonly packages: readonly InstalledPackage[];
}

/** A package of which there is a newer version. */
export interface OutdatedPackage {
  readonly name: string;
  readonly architecture: string;
  readonly installed: string;
  readonly available: string;
  /** The index that has it. */
  readonly index: string;
  /** Whether an index of security updates has a newer version. */
  readonly security: boolean;
}

/** A package index as it is now. */
export interface CurrentIndex {
  readonly name: string;
  readonly url: string;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly security: boolean;
}

/** How packages compare with the indexes. */
export interface OutdatedReport {
  readonly indexes: readonly CurrentIndex[];
  /** Security updates first, then by name. */
  readonly outdated: readonly OutdatedPackage[];
  /** Names of packages that no index has, in any version. */
  readonly unknown: readonly string[];
}

/**
 * Looks what the package indexes of an image have now that is newer than what the image has. The lock is neither asked nor changed. An
 * image whose elements name no index gets an empty report. Fails with a BuildFailure, offline too.
 */
export async function findOutdated(request: OutdatedRequest): Promise<OutdatedReport> {
  return withWorkbench(request, async (bench) => {
    const wanted = await askForLock(bench, [request]);
    const requests = wanted.filter((it): it is AptRequest => it.kind === 'apt');
    const names = new Set(request.packages.map(({ name }) => name));
    const offers = await Promise.all(requests.map((it) => readIndex(bench, it, names)));
    return compareWithIndexes(request.packages, offers);
  });
}

/** An index and what it has of the packages that were asked for. */
export interface IndexOffer extends CurrentIndex {
  readonly packages: readonly OfferedPackage[];
}

async function readIndex(
  { fetching }: Workbench,
  request: AptRequest,
  names: ReadonlySet<string>,
): Promise<IndexOffer> {
  const [entry] = await resolveLock(fetching, [request], now());
  if (entry?.kind !== 'apt') throw new RangeError('an index was asked for');
  const [release, ...lists] = await fetchAptIndex(fetching, { ...request, digest: entry.digest });
  const label = release === undefined ? '' : await readFile(release.file, 'utf8');
  const packages: OfferedPackage[] = [];
  for (const list of lists) packages.push(...(await readPackageList(list, names)));
  const { name, url } = request;
  const security = /security/i.test(name) || /^(?:Label|Suite|Archive):.*security/im.test(label);
  return { name, url: withoutPassword(url), date: entry.date, security, packages };
}

/** Compares packages with what indexes have. Pure. */
export function compareWithIndexes(
  installed: readonly InstalledPackage[],
  offers: readonly IndexOffer[],
): OutdatedReport {
  const known = new Set(offers.flatMap(({ packages }) => packages.map(({ name }) => name)));
  const outdated = installed.flatMap((it) => newestOf(it, offers) ?? []);
  return {
    indexes: offers.map(({ name, url, date, security }) => ({ name, url, date, security })),
    outdated: outdated.toSorted(
      (a, b) => Number(b.security) - Number(a.security) || byteOrder(a.name, b.name),
    ),
    unknown: [...new Set(installed.map(({ name }) => name))].filter((name) => !known.has(name)),
  };
}

function newestOf(
  { name, version, architecture }: InstalledPackage,
  offers: readonly IndexOffer[],
): OutdatedPackage | undefined {
  const newer = offers.flatMap((offer) =>
    offer.packages
      .filter((it) => it.name === name && fits(it.architecture, architecture))
      .filter((it) => compareDebianVersions(it.version, version) > 0)
      .map((it) => ({ version: it.version, index: offer.name, security: offer.security })),
  );
  const [best] = newer.toSorted((a, b) => compareDebianVersions(b.version, a.version));
  if (best === undefined) return undefined;
  const security = newer.some((it) => it.security);
  return { name, architecture, installed: version, available: best.version, index: best.index, security };
}

/** A package may become one for all architectures, and the other way round. */
function fits(offered: string, installed: string): boolean {
  return offered === installed || offered === 'all' || installed === 'all';
}
