import { posix } from 'node:path';
import type { TreeReader } from './tree-reader.ts';

/**
 * Joins filesystems as their mount points join them in the running system.
 *
 * @param mounts readers by mount point; `/` must be among them.
 */
export function mountedReader(mounts: ReadonlyMap<string, TreeReader>): TreeReader {
  const deepestFirst = [...mounts.keys()].toSorted((a, b) => b.length - a.length);
  const locate = (path: string): { readonly reader: TreeReader; readonly inside: string } => {
    const point = deepestFirst.find(
      (mount) => mount === '/' || path === mount || path.startsWith(`${mount}/`),
    );
    const reader = point === undefined ? undefined : mounts.get(point);
    if (point === undefined || reader === undefined)
      throw new RangeError(`no filesystem is mounted above ${path}`);
    return { reader, inside: posix.join('/', path.slice(point === '/' ? 0 : point.length)) };
  };
  return {
    list: (directory) => {
      const { reader, inside } = locate(directory);
      return reader.list(inside);
    },
    readFile: (path) => {
      const { reader, inside } = locate(path);
      return reader.readFile(inside);
    },
    readLink: (path) => {
      const { reader, inside } = locate(path);
      return reader.readLink(inside);
    },
  };
}
