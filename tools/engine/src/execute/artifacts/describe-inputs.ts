import type { Element } from '../../elements/element.ts';
import { digestOf, type Digest } from '../../fingerprint/digest.ts';
import type { LockEntry } from '../../lock/image-lock.ts';
import type { LockedThing } from '../../lock/lock-request.ts';
import type { BuildPlan } from '../../plan/build-plan.ts';
import { byteOrder } from '../../util/byte-order.ts';

/** What went into a build beside the elements' files: what stands in the keys of its steps, for people. */
export interface BuildInputs {
  /** Variables that scripts of some step read, and their values; a secret is `(secret)`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Tools and files of the host that elements declare: their digests. */
  readonly host: Readonly<Record<string, string>>;
  /** The outside world as it was locked. */
  readonly lock: readonly PinnedSource[];
}

type WithoutTime<T> = T extends unknown ? Omit<T, 'lockedAt'> : never;

/** An entry of the lock, without when it was written. */
export type PinnedSource = WithoutTime<LockEntry>;

/** Takes the inputs of a build from its plan and its lock. Pure. */
export function describeInputs(plan: BuildPlan, locked: readonly LockedThing[]): BuildInputs {
  const entries = locked.map(({ entry }): PinnedSource => {
    const { lockedAt: _, ...pinned } = entry;
    return pinned;
  });
  return {
    environment: collect(plan, 'environment ', (name) => !name.startsWith('BASH_FUNC_')),
    host: collect(plan, 'host ', () => true),
    lock: entries.toSorted((a, b) => byteOrder(`${a.kind} ${a.name}`, `${b.kind} ${b.name}`)),
  };
}

/** Steps that read one variable see one value of it. */
function collect(
  plan: BuildPlan,
  prefix: string,
  wanted: (name: string) => boolean,
): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  for (const { inputs } of plan.steps)
    for (const [name, value] of Object.entries(inputs)) {
      const inner = name.slice(prefix.length);
      if (!name.startsWith(prefix) || !wanted(inner)) continue;
      found.set(inner, value.startsWith('secret ') ? '(secret)' : value);
    }
  return Object.fromEntries([...found].toSorted(([a], [b]) => byteOrder(a, b)));
}

/** What an element's files hold, as one digest: paths, modes, contents. */
export function digestOfElement({ files }: Pick<Element, 'files'>): Digest {
  return digestOf(files.map(({ path, mode, digest }) => `${path}\0${mode.toString(8)} ${digest}\n`).join(''));
}
