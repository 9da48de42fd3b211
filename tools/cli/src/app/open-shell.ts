import {
  openShell as openEngineShell,
  type BuildMoment,
  type ShellPlace,
} from '@kiln/engine/execute/shell/open-shell.ts';
import type { Report } from '@kiln/engine/events/build-event.ts';
import { coloursFor } from '../report/colours.ts';
import { createReporter } from '../report/create-reporter.ts';
import { engineRequest, type ImageRequest, loadReported } from './build.ts';
import { reportProblems } from './report-problems.ts';

/** Which state of which image is to be looked at. */
export interface ShellAppRequest extends Pick<ImageRequest, 'workspace' | 'image' | 'configuration'> {
  readonly moment: BuildMoment;
  /** What to run instead of a shell; empty for a shell. */
  readonly command: readonly string[];
}

/** Opens a shell in a state of an image's tree. What leads there is told on standard error. @returns the shell's exit status. */
export async function openShell(request: ShellAppRequest): Promise<number> {
  const { stderr } = process;
  const interrupt = new AbortController();
  let isOpen = false;
  // In the shell an interrupt is for what runs there.
  const onInterrupt = (): void => {
    if (!isOpen) interrupt.abort();
  };
  process.on('SIGINT', onInterrupt);
  const reporter = await createReporter({ stream: stderr, mode: 'plain', environment: process.env });
  const report: Report = (event) => {
    if (event.type !== 'step-finished' || event.origin !== 'restored') reporter.report(event);
  };
  try {
    return await reportProblems(async () => {
      const build = { ...request, report, signal: interrupt.signal };
      return openEngineShell(engineRequest(build, loadReported(build)), {
        moment: request.moment,
        command: request.command,
        terminal: process.stdin.isTTY ? process.env['TERM'] : undefined,
        onOpen: (place) => {
          isOpen = true;
          if (stderr.isTTY) stderr.write(greeting(request.image, place));
        },
      });
    });
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    return 130;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

function greeting(image: string, { moment, side, hookCommand }: ShellPlace): string {
  const { bold, dim } = coloursFor(process.stderr);
  const where = side === 'chroot' ? 'inside the tree' : 'on the host, with the tree in $TMP_MOUNT_PATH';
  const lines = [
    bold(`${image} ${moment.when} ${moment.what}, ${where}`),
    ...(hookCommand === undefined ? [] : [`the next hook: ${hookCommand}`]),
    dim('what you change here is thrown away when the shell ends'),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
