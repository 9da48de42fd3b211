import type { StepName } from '@kiln/engine/plan/step.ts';

/** Files by path; one that begins with `#!` is executable. */
export type FilesByPath = Readonly<Record<string, string | Buffer>>;

/** What an element is run with. Everything may be left out: then it runs alone, with its dependencies, in the fixture. */
export interface RunOptions {
  /** Variables as the user would export them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further elements of the image. */
  readonly with?: readonly string[];
  /**
   * Elements that the test brings: a name that exists in `elements/` too is replaced by it. A hook without `#!` gets bash's,
   * with `set -eu`. `{}` is an element that does nothing.
   */
  readonly elements?: Readonly<Record<string, FilesByPath>>;
  /** Files and folders of elements to leave out, by their paths: `debootstrap/root.d`, where a hook needs what a test has not. */
  readonly without?: readonly string[];
  /** Files of the tree before the first hook inside it, by absolute path: what packages or other elements would have left. */
  readonly files?: Readonly<Record<string, string>>;
  /** Programs inside the tree, as lines of bash; each call is noted as well. */
  readonly commands?: Readonly<Record<string, string>>;
  /** Runs the element's steps even where their result is there from an earlier run: for tests of what hooks print. */
  readonly afresh?: true;
  /** Variables whose values are wanted afterwards, as hooks in post-install.d see them. */
  readonly observe?: readonly string[];
  /** More lines of the image's definition: `packages: [curl]`. */
  readonly definition?: string;
  /** Image formats to make of the result, too: `qcow2`. */
  readonly formats?: readonly string[];
  /** By default nothing may be fetched. `online` for an element that takes in sources, which the test has on this machine. */
  readonly network?: 'online';
  /** The last step to run. By default all of them. */
  readonly until?: StepName;
  /**
   * What the element runs in: the fixture (by default), or a real Debian, which is bootstrapped once and needs a mirror.
   * Or the fixture as it stands for an element that fills the root: `{ insteadOf: 'debootstrap' }`.
   */
  readonly base?: 'fixture' | 'debian-minimal' | { readonly insteadOf: string };
}
