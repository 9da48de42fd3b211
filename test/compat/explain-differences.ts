import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileDifference } from '../../tools/cli/src/diff/compare-files.ts';

/** Paths at which trees of the two may differ, in which way, and why. */
export interface ExplainedDifference {
  /** A regular expression for the whole path. */
  readonly path: string;
  /** `content`: kind, mode, owner and target are equal. `any`: the path may also be missing on one side. */
  readonly may: 'content' | 'any';
  readonly reason: string;
}

/** The list that every comparison uses. */
export function explainedDifferences(): readonly ExplainedDifference[] {
  const file = join(import.meta.dirname, 'explained-differences.json');
  return JSON.parse(readFileSync(file, 'utf8')) as readonly ExplainedDifference[];
}

/** The differences that no entry of a list explains. */
export function unexplained(
  differences: readonly FileDifference[],
  explained: readonly ExplainedDifference[],
): readonly FileDifference[] {
  const rules = explained.map(({ path, may }) => ({ pattern: new RegExp(`^(?:${path})$`), may }));
  return differences.filter(
    (difference) =>
      !rules.some(
        ({ pattern, may }) => pattern.test(difference.path) && (may === 'any' || isContentOnly(difference)),
      ),
  );
}

function isContentOnly({ before, after }: FileDifference): boolean {
  return (
    before !== null &&
    after !== null &&
    before.kind === after.kind &&
    before.mode === after.mode &&
    before.owner === after.owner
  );
}

/** One difference as a line of a failed test. */
export function describeDifference({ path, before, after, content }: FileDifference): string {
  const side = (file: FileDifference['before']): string =>
    file === null
      ? 'nothing'
      : [file.kind, file.mode, file.owner, file.target, file.sizeBytes].filter((it) => it !== '').join(' ');
  return `${path}: diskimage-builder has ${side(before)}, Kiln has ${side(after)}; content ${content}`;
}
