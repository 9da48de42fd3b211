import type { OpenDisk } from '../disk/open-disk.ts';
import type { DiskTree } from '../disk/open-tree.ts';
import type { Expectations } from './expectations.ts';

export type CheckStatus = 'pass' | 'fail' | 'skip';

/** What became of one check. `detail` says what was found, what is wrong, or what was lacking to tell. */
export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly status: CheckStatus;
  readonly detail: string;
}

export type Outcome = Pick<CheckResult, 'status' | 'detail'>;

/** What is looked at: the files of an image, and the disk that they came from, unless they came from a directory. */
export interface Subject {
  readonly tree: DiskTree;
  readonly disk: OpenDisk | undefined;
  readonly expectations: Expectations;
}

/** One question put to an image. `id` is stable and kebab-case; `title` says what should be true. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly run: (subject: Subject) => Promise<Outcome>;
}

export function pass(detail = ''): Outcome {
  return { status: 'pass', detail };
}

export function failed(detail: string): Outcome {
  return { status: 'fail', detail };
}

export function skip(reason: string): Outcome {
  return { status: 'skip', detail: reason };
}

/** Passes where nothing is wrong, else fails with all problems (the first ten in full). */
export function passUnless(problems: readonly string[], detail = ''): Outcome {
  if (problems.length === 0) return pass(detail);
  const shown = problems.slice(0, 10);
  const more = problems.length - shown.length;
  return failed([...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
}

/** Runs one check; an error inside it is a failed check, so that a damaged image cannot hide the other results. */
export async function runCheck(check: Check, subject: Subject): Promise<CheckResult> {
  const { id, title } = check;
  try {
    return { id, title, ...(await check.run(subject)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { id, title, ...failed(`could not be checked: ${reason}`) };
  }
}
