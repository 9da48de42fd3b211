import type { Failure } from '../../diagnostics/failure.ts';
import type { Place } from '../../diagnostics/place.ts';

/** Keys and list positions that lead to a value in the configuration, from its top. */
export type ConfigurationPath = readonly (string | number)[];

/** Where a value of the configuration stands in the user's file, if that is known. */
export type PlaceOf = (path: ConfigurationPath) => Place | undefined;

export const plugins = ['local_loop', 'partitioning', 'lvm', 'mkfs', 'mount', 'fstab'] as const;

export type Plugin = (typeof plugins)[number];

/** A plugin, or one of the nodes that `partitioning` and `lvm` hold. */
export type NodeKind = Plugin | 'partition' | 'pv' | 'vg' | 'lv';

/** One node in digraph form: its name and its base are known, its own keys not yet looked at. */
export interface RawNode {
  readonly plugin: NodeKind;
  readonly name: string;
  readonly base: string | undefined;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly path: ConfigurationPath;
}

/** Collects what is wrong with a configuration, each problem with its place. */
export interface ProblemList {
  readonly failures: Failure[];
  readonly warnings: Failure[];
  readonly placeOf: PlaceOf;
}

/** What is wrong, and where it is not plain from that, what to do. */
export type Problem = string | { readonly reason: string; readonly remedy: string };

/** Adds a failure about the value at `path`. */
export function addProblem(problems: ProblemList, path: ConfigurationPath, problem: Problem): void {
  const { reason, remedy } = typeof problem === 'string' ? { reason: problem, remedy: undefined } : problem;
  problems.failures.push({ code: 'block-device-invalid', reason, remedy, place: problems.placeOf(path) });
}

/** Adds a warning about the value at `path`. */
export function addWarning(problems: ProblemList, path: ConfigurationPath, reason: string): void {
  problems.warnings.push({ code: 'block-device-invalid', reason, place: problems.placeOf(path) });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
