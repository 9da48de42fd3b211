import { compareImages, type ImageDifference } from '../diff/compare-images.ts';
import { findSubject } from '../diff/open-subject.ts';
import { coloursFor } from '../report/colours.ts';
import { differenceText } from '../report/difference-text.ts';
import type { Workspace } from './workspace.ts';

/** Which images are to be compared. */
export interface DiffRequest {
  readonly names: readonly [string, string];
  readonly workspace: Workspace | undefined;
  readonly json: boolean;
  /** Lines of each kind at most, for people. */
  readonly most: number;
  readonly differenceExitCode: 0 | 1;
}

/** Compares two images and prints how they differ. Fails with a BuildFailure where one of them cannot be read. */
export async function diffImages(request: DiffRequest): Promise<number> {
  const [before, after] = request.names.map((name) => findSubject(name, request.workspace));
  if (before === undefined || after === undefined) return 2;
  const difference = await compareImages(before, after, (file) => process.stderr.write(`reading ${file}\n`));
  process.stdout.write(
    request.json
      ? `${JSON.stringify({ formatVersion: 1, before: before.name, after: after.name, ...difference }, null, 2)}\n`
      : differenceText(difference, { colours: coloursFor(process.stdout), most: request.most }),
  );
  return isEmpty(difference) ? 0 : request.differenceExitCode;
}

function isEmpty(difference: ImageDifference): boolean {
  return Object.values(difference).every(
    (part) => part === null || (part as readonly unknown[]).length === 0,
  );
}
