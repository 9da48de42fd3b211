import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { DiskImageInvocation } from './disk-image-invocation.ts';

/** Places that the build is to write to at its end, and cannot: worth knowing before it begins. */
export function unwritableOutputs(
  { outputName, logFile }: Pick<DiskImageInvocation, 'outputName' | 'logFile'>,
  cwd: string,
): readonly Failure[] {
  const files = [outputName, ...(logFile === undefined ? [] : [logFile])];
  return [...new Set(files.map((file) => dirname(resolve(cwd, file))))].flatMap(
    (folder): readonly Failure[] => {
      const reason = reasonAgainst(folder);
      return reason === undefined ? [] : [{ code: 'output-unwritable', folder, reason }];
    },
  );
}

/** A folder that is not there is made; the nearest one above it must let that happen. */
function reasonAgainst(folder: string): string | undefined {
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  if (!statSync(there).isDirectory()) return `${there} is no folder`;
  try {
    accessSync(there, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS' ? 'it is read-only' : 'permission denied';
  }
}
