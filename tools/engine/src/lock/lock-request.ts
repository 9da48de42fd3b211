import { z } from 'zod';
import { withoutPassword } from '../util/without-password.ts';
import { identityOf, type ImageLock, type LockEntry } from './image-lock.ts';

/** The step that takes a locked thing in: package indexes and base images go into `root`, sources into `extra-data`. */
export type TakingStep = 'root' | 'extra-data';

/**
 * Who fetches a thing: Kiln, before the step begins and exactly as it is locked; or the hooks, by themselves, as those of
 * diskimage-builder do. What these get can only be looked up beforehand.
 */
export type FetchedBy = 'kiln' | 'hooks';

/** An index of packages. `url` leads to its InRelease; `indexes` name its Packages files, relative to that, without their endings. */
export interface AptRequest {
  readonly kind: 'apt';
  readonly name: string;
  readonly url: string;
  readonly indexes: readonly string[];
  readonly step: TakingStep;
  readonly 'fetched-by'?: FetchedBy | undefined;
}

/** A reference in a git repository: branch, tag, commit, `refs/…`, or `*` for the default branch. */
export interface GitRequest {
  readonly kind: 'git';
  readonly name: string;
  readonly location: string;
  readonly ref: string;
  readonly step: TakingStep;
  readonly 'fetched-by'?: FetchedBy | undefined;
}

/** A tarball or a file. */
export interface FileRequest {
  readonly kind: 'tar' | 'file';
  readonly name: string;
  readonly location: string;
  readonly step: TakingStep;
  readonly 'fetched-by'?: FetchedBy | undefined;
}

/** A Python package index. It is not locked but served: what is taken from it is for the element to pin. */
export interface IndexRequest {
  readonly kind: 'package-index';
  readonly location: string;
}

/** What an element asks to have locked. Locations may hold a password: they are for fetching, never for writing down. */
export type LockRequest = AptRequest | GitRequest | FileRequest;

const name = z.string().regex(/^[\w.+~ ()-]+$/, { error: 'a name of letters, digits, and . _ - + ~' });
const fetchedBy = { 'fetched-by': z.enum(['kiln', 'hooks']).optional() };
const step = (usual: TakingStep) => z.enum(['root', 'extra-data']).default(usual);

/** One line that a script in `lock.d` prints. */
export const lockRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('apt'),
    name,
    url: z.string().min(1),
    indexes: z.array(z.string().regex(/^(?!\/|.*\.\.)/)).default([]),
    step: step('root'),
    ...fetchedBy,
  }),
  z.strictObject({
    kind: z.literal('git'),
    name,
    location: z.string().min(1),
    ref: z.string().min(1),
    step: step('extra-data'),
    ...fetchedBy,
  }),
  z.strictObject({
    kind: z.enum(['tar', 'file']),
    name,
    location: z.string().min(1),
    step: step('extra-data'),
    ...fetchedBy,
  }),
  z.strictObject({ kind: z.literal('package-index'), location: z.string().min(1) }),
]);

/** What the elements of an image ask for. */
export interface ElementRequests {
  readonly lockable: readonly LockRequest[];
  /** Package indexes in the order in which they were named. */
  readonly packageIndexes: readonly string[];
}

/** Lays answers together, each thing once. */
export function gatherRequests(answers: readonly (LockRequest | IndexRequest)[]): ElementRequests {
  const lockable = new Map<string, LockRequest>();
  const packageIndexes = new Set<string>();
  for (const answer of answers) {
    if (answer.kind === 'package-index') packageIndexes.add(answer.location);
    else lockable.set(identityOfRequest(answer), answer);
  }
  return { lockable: [...lockable.values()], packageIndexes: [...packageIndexes] };
}

/** The identity under which a request's entry stands in the lock. */
export function identityOfRequest(request: LockRequest): string {
  if (request.kind === 'apt') return identityOf(request);
  return identityOf({ ...request, location: withoutPassword(request.location) });
}

/** A request and the entry that pins it. */
export interface LockedThing {
  readonly request: LockRequest;
  readonly entry: LockEntry;
}

/** Which requests a lock answers, and which not. */
export function matchLock(
  requests: readonly LockRequest[],
  lock: ImageLock,
): { readonly locked: readonly LockedThing[]; readonly missing: readonly LockRequest[] } {
  const byIdentity = new Map(lock.entries.map((entry) => [identityOf(entry), entry]));
  const locked: LockedThing[] = [];
  const missing: LockRequest[] = [];
  for (const request of requests) {
    const entry = byIdentity.get(identityOfRequest(request));
    if (entry === undefined) missing.push(request);
    else locked.push({ request, entry });
  }
  return { locked, missing };
}
