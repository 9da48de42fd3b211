import { measuredSize, sandboxPaths } from '../../plan/hook-environment.ts';
import type { StepPlan } from '../../plan/build-plan.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';

/** A tree is to fill six tenths of its disk, and a journal of 64 MiB has a place of its own. */
const fillFactor = 0.6;
const journalKibibytes = 64 * 1024;
const unitKibibytes = 64;

/**
 * DIB_IMAGE_SIZE where nobody gave a size: KiB that diskimage-builder would take for the tree as it is when the step begins. Elements
 * use it to see whether there is a limit; the size of the disk is decided when the tree is finished.
 */
export async function measureImageSize(
  sandbox: Sandbox,
  step: StepPlan,
): Promise<Readonly<Record<string, string>>> {
  if (step.environment['DIB_IMAGE_SIZE'] !== measuredSize) return {};
  const command = [
    'du',
    '--summarize',
    '--one-file-system',
    '--block-size=1K',
    sandboxPaths.targetRoot,
  ] as const;
  const measured = await sandbox.run(command);
  const needed = Math.floor(Number.parseInt(measured.stdout, 10) / fillFactor) + journalKibibytes;
  return { DIB_IMAGE_SIZE: String(Math.ceil(needed / unitKibibytes) * unitKibibytes) };
}
