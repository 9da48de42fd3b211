import { byteOrder } from '@kiln/engine/util/byte-order.ts';
import type { ComparedFile, ComparedTree } from './compared-tree.ts';

/** One path at which two trees differ; null where a tree has nothing there. */
export interface FileDifference {
  readonly path: string;
  readonly before: ComparedFile | null;
  readonly after: ComparedFile | null;
  /** Only the bytes differ, or they as well. */
  readonly content: 'same' | 'differs';
}

/** Everything at which two trees differ, in byte order of the paths. Contents are read only where sizes are equal. */
export async function compareFiles(
  before: ComparedTree,
  after: ComparedTree,
): Promise<readonly FileDifference[]> {
  const paths = [...new Set([...before.files.keys(), ...after.files.keys()])].toSorted(byteOrder);
  const inBoth = paths.filter((path) => isSameSize(before.files.get(path), after.files.get(path)));
  const [digestsBefore, digestsAfter] = [await before.digests(inBoth), await after.digests(inBoth)];
  return paths.flatMap((path): readonly FileDifference[] => {
    const [left, right] = [before.files.get(path) ?? null, after.files.get(path) ?? null];
    const isSame =
      left?.sizeBytes === right?.sizeBytes &&
      left?.target === right?.target &&
      digestsBefore.get(path) === digestsAfter.get(path);
    if (isSame && isAlike(left, right)) return [];
    return [{ path, before: left, after: right, content: isSame ? 'same' : 'differs' }];
  });
}

function isSameSize(left: ComparedFile | undefined, right: ComparedFile | undefined): boolean {
  return left?.kind === 'file' && right?.kind === 'file' && left.sizeBytes === right.sizeBytes;
}

function isAlike(left: ComparedFile | null, right: ComparedFile | null): boolean {
  return left?.kind === right?.kind && left?.mode === right?.mode && left?.owner === right?.owner;
}
