import { BuildFailure } from '@kiln/engine/diagnostics/failure.ts';
import type { Report } from '@kiln/engine/events/build-event.ts';
import { openShell } from '@kiln/engine/execute/shell/open-shell.ts';
import { createReporter } from '../../report/create-reporter.ts';
import type { CommandIo } from './command-io.ts';
import type { DiskImageInvocation } from './disk-image-invocation.ts';
import { outputFilesOf } from './output-files.ts';
import { requestOf, resolveInvocation } from './prepare-disk-image.ts';
import { compatibleFailureLines } from './upstream-words.ts';

/**
 * `--shell-before` and `--shell-after`: a shell in a state of the tree, with what leads there told on standard error. Nothing that
 * is done in it is kept.
 *
 * @returns the shell's exit status; 1 where there is no such state, 130 when interrupted before it opened.
 */
export async function openDiskImageShell(invocation: DiskImageInvocation, io: CommandIo): Promise<number> {
  const { environment, moment } = invocation;
  if (moment === undefined) return 0;
  const reporter = await createReporter({ stream: io.stderr, mode: 'plain', environment });
  const report: Report = (event) => {
    if (event.type !== 'step-finished' || event.origin !== 'restored') reporter.report(event);
  };
  const files = outputFilesOf(invocation, { cwd: io.cwd, kept: () => {} });
  try {
    const { value: image } = resolveInvocation(invocation, io.cwd);
    return await openShell(requestOf(invocation, image, { files, report, io }), {
      moment,
      command: [],
      terminal: environment['TERM'],
      onOpen: ({ hookCommand }) => {
        io.onShell?.('open');
        if (hookCommand !== undefined) io.stderr.write(`the next hook: ${hookCommand}\n`);
      },
    });
  } catch (error) {
    if (io.signal?.aborted === true) return 130;
    if (!(error instanceof BuildFailure)) throw error;
    for (const failure of error.failures)
      for (const line of compatibleFailureLines(failure)) io.stderr.write(`${line}\n`);
    return 1;
  } finally {
    io.onShell?.('closed');
  }
}
