import { posix } from 'node:path';
import { byteOrder } from '../util/byte-order.ts';
import type { HookFile } from './merge-hooks.ts';

const environmentFileName = /^[0-9A-Za-z_.-]+$/;

/**
 * The files of `environment.d` in the order in which bash sources them: by the bytes of their names, so that
 * `100-b` goes before `9-c`. That is not the order of hooks (`dib-run-parts` sorts whole paths there, and a
 * path has no number in front). Dots are allowed in the names, and files need not be executable.
 */
export function orderEnvironmentFiles(files: readonly HookFile[]): readonly HookFile[] {
  return files
    .filter((file) => posix.dirname(file.path) === 'environment.d')
    .filter((file) => environmentFileName.test(posix.basename(file.path)))
    .toSorted((a, b) => byteOrder(a.path, b.path));
}
