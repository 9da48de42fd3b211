import type { Place } from '@kiln/engine/diagnostics/place.ts';
import type { PackageMap } from '../system/package-names.ts';

/** What an element asks of a file. All that is given must hold; `path` may not be a pattern. */
export interface FileQuestion {
  readonly kind: 'file';
  readonly path: string;
  /** Permission bits. */
  readonly mode?: number;
  /** `user:group`, or `user` alone. */
  readonly owner?: string;
  readonly contains?: readonly string[];
  readonly lacks?: readonly string[];
  readonly equals?: string;
  readonly matches?: RegExp;
  readonly link?: string;
  readonly absent?: boolean;
  readonly executable?: boolean;
  readonly directory?: boolean;
  readonly empty?: boolean;
}

/** One question of a `verify.yaml`. */
export type Question =
  | FileQuestion
  | { readonly kind: 'packages'; readonly names: readonly string[] }
  | { readonly kind: 'packages-absent'; readonly names: readonly string[] }
  | { readonly kind: 'unit-enabled'; readonly names: readonly string[] }
  | { readonly kind: 'unit-disabled'; readonly names: readonly string[] }
  | { readonly kind: 'glob-absent'; readonly names: readonly string[] }
  | { readonly kind: 'kernel-module'; readonly names: readonly string[] }
  | { readonly kind: 'user'; readonly names: readonly string[] }
  | { readonly kind: 'command-line'; readonly names: readonly string[] }
  | { readonly kind: 'sysctl'; readonly key: string; readonly value: string };

/** A condition on the environment of the build: an unset variable equals the empty text. */
export interface Condition {
  readonly variable: string;
  readonly value: string;
  readonly negated: boolean;
}

/** One item of an element's `verify.yaml`, and where it stands. */
export interface DeclaredCheck {
  readonly id: string;
  readonly title: string;
  readonly conditions: readonly Condition[];
  readonly question: Question;
  /** What the element calls packages elsewhere than on Debian. */
  readonly packageMap?: PackageMap | undefined;
  readonly place: Place;
}

/** True where all conditions hold in an environment. */
export function applies(
  conditions: readonly Condition[],
  environment: Readonly<Record<string, string>>,
): boolean {
  return conditions.every(
    ({ variable, value, negated }) => ((environment[variable] ?? '') === value) !== negated,
  );
}
