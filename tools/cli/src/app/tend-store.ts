import { findWanted } from '@kiln/engine/execute/find-wanted.ts';
import { createRunner } from '@kiln/engine/sandbox/command-runner.ts';
import { findPrivilege } from '@kiln/engine/sandbox/privilege.ts';
import { collectGarbage, type Collection } from '@kiln/engine/store/collect-garbage.ts';
import { prepareStorePaths, type StorePaths } from '@kiln/engine/store/store-paths.ts';
import { measureStore, type StoreSurvey, surveyStore } from '@kiln/engine/store/survey-store.ts';
import { parseSize } from '@kiln/engine/util/parse-size.ts';
import type { Runner } from '@kiln/engine/util/runner.ts';

/** Above this size a store is cut down after a build, unless KILN_STORE_LIMIT says another. */
const usualLimitBytes = 20 * 1024 ** 3;

const dayMs = 24 * 60 * 60 * 1000;

/** `KILN_STORE_LIMIT`: a size such as `40GiB`, or `none`. What is no size counts as if it were not there. */
export function storeLimit(environment: Readonly<Record<string, string | undefined>>): number | undefined {
  const given = environment['KILN_STORE_LIMIT'] ?? '';
  if (given === 'none') return undefined;
  return parseSize(given) ?? usualLimitBytes;
}

/** Measures a store, and what the images want of it. */
export async function surveyStoreAt(store: string): Promise<StoreSurvey> {
  const paths = await prepareStorePaths(store);
  return surveyStore(paths, await findWanted(paths));
}

/** What of a store is to go. */
export interface CollectRequest {
  readonly scope: 'unwanted' | 'all';
  readonly keepDays: number;
  readonly limitBytes: number | undefined;
}

/** Removes what nobody wants any more, or everything. What running builds may need stays in any case. */
export async function collectStoreAt(store: string, request: CollectRequest): Promise<Collection> {
  const paths = await prepareStorePaths(store);
  const { scope, keepDays, limitBytes } = request;
  const nothing = { keys: new Set<string>(), digests: new Set<never>() };
  const policy = {
    wanted: scope === 'all' ? nothing : await findWanted(paths),
    keepMs: scope === 'all' ? -dayMs : keepDays * dayMs,
    limitBytes,
    now: Date.now(),
  };
  return collectGarbage(paths, policy, asRootWhenNeeded);
}

/**
 * After a build that made something: keeps the store within its limit. Nothing goes while it is within, and what other
 * builds may need stays.
 *
 * @returns what was removed; undefined where nothing was.
 */
export async function keepStoreLimit(
  store: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Collection | undefined> {
  const limitBytes = storeLimit(environment);
  if (limitBytes === undefined) return undefined;
  const paths = await prepareStorePaths(store);
  if ((await measureStore(paths)) <= limitBytes) return undefined;
  const policy = { wanted: await findWanted(paths), keepMs: Infinity, limitBytes, now: Date.now() };
  return collectGarbage(paths, policy, asRootWhenNeeded);
}

/** Only package caches belong to root; a store without them can be tended by anybody who owns it. */
const asRootWhenNeeded: Runner = async (command, options) =>
  createRunner(await findPrivilege())(command, options);

/** Folders of a store. */
export function openStorePaths(store: string): Promise<StorePaths> {
  return prepareStorePaths(store);
}
