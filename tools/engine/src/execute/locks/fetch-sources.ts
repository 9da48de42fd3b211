import type { ResolvedImage } from '../../elements/resolved-image.ts';
import { emptyLock, identityOf, pinOf } from '../../lock/image-lock.ts';
import { type LockedThing, matchLock } from '../../lock/lock-request.ts';
import { readLock } from '../../lock/read-lock.ts';
import { resolveLock } from '../../lock/resolve-lock.ts';
import { fetchLimit } from '../../sources/fetching.ts';
import { mapLimited } from '../../util/map-limited.ts';
import type { BuildRequest } from '../build-request.ts';
import { withWorkbench } from '../prepare-build.ts';
import { provideSource } from './provide-source.ts';
import { askForLock, now } from './take-lock.ts';
import type { Workbench } from '../workbench.ts';

/** Sources that are to be fetched before a build wants them. */
export interface SourceFetch extends Omit<BuildRequest, 'image' | 'lockFile'> {
  /** Which images take them in, each with its lock. */
  readonly uses: readonly { readonly image: ResolvedImage; readonly lockFile: string }[];
  /** Names of the sources, as in `source-repository-*`. */
  readonly names: ReadonlySet<string>;
}

/**
 * Fetches sources into the store, several at once: as the images have them locked, and those that none has locked yet as they are
 * now, so that a first build finds them. Writes no lock. @returns what is there afterwards.
 */
export async function fetchSources(fetch: SourceFetch): Promise<readonly LockedThing[]> {
  return withWorkbench(fetch, async (bench) => {
    const things = new Map<string, LockedThing>();
    for (const use of fetch.uses) {
      for (const thing of await thingsOf(bench, fetch, use))
        things.set(`${identityOf(thing.entry)} ${pinOf(thing.entry)}`, thing);
    }
    await mapLimited([...things.values()], fetchLimit, (thing) => provideSource(bench.fetching, thing));
    return [...things.values()];
  });
}

async function thingsOf(
  bench: Workbench,
  { names, environment }: SourceFetch,
  { image, lockFile }: SourceFetch['uses'][number],
): Promise<readonly LockedThing[]> {
  const asked = await askForLock(bench, [{ image, environment, lockFile }]);
  const requests = asked.filter((request) => request.kind !== 'apt' && names.has(request.name));
  const lock = (await readLock(lockFile)) ?? emptyLock;
  const { locked, missing } = matchLock(requests, lock);
  const entries = await resolveLock(bench.fetching, missing, now());
  return [...locked, ...matchLock(missing, { formatVersion: 1, entries }).locked];
}
