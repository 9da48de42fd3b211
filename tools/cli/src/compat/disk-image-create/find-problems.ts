import { BuildFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import { draftDisk } from '@kiln/engine/execute/artifacts/draft-disk.ts';
import { unwritableOutputs } from './check-writable.ts';
import type { DiskImageInvocation } from './disk-image-invocation.ts';
import { resolveInvocation } from './prepare-disk-image.ts';

/** All that can be told to be wrong with an invocation before anything of it is built: its outputs, its elements, its disk. */
export function findProblems(invocation: DiskImageInvocation, cwd: string): readonly Failure[] {
  const unwritable = unwritableOutputs(invocation, cwd);
  try {
    const { value } = resolveInvocation(invocation, cwd);
    draftDisk(value, invocation.environment);
    return unwritable;
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    return [...unwritable, ...error.failures];
  }
}
