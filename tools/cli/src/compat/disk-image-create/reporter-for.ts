import { posix } from 'node:path';
import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import { renderFailure } from '@kiln/engine/diagnostics/render-failure.ts';
import type { HookFile } from '@kiln/engine/elements/merge-hooks.ts';
import { orderEnvironmentFiles } from '@kiln/engine/elements/order-environment-files.ts';
import { hooksOfPhase } from '@kiln/engine/elements/order-hooks.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import { mergedHooks } from '@kiln/engine/plan/plan-build.ts';
import { type Phase, phases } from '@kiln/engine/util/phase.ts';
import { readSourceLine } from '../../app/read-source-line.ts';
import { createReporter } from '../../report/create-reporter.ts';
import { createDibReporter } from '../../report/dib-reporter.ts';
import type { Reporter } from '../../report/reporter.ts';
import type { ReportMode } from '../../report/terminal-output.ts';
import type { CommandIo } from './command-io.ts';
import type { DibLog } from './dib-log.ts';
import type { DiskImageInvocation, LogStyle } from './disk-image-invocation.ts';
import { compatibleFailureLines } from './upstream-words.ts';

const modeOf: Readonly<Record<Exclude<LogStyle, 'dib'>, ReportMode>> = {
  live: 'interactive',
  plain: 'plain',
  json: 'json',
};

/** Shows a build in the style that was asked for. Before the elements are known, there is no image. */
export async function reporterFor(
  view: {
    readonly invocation: DiskImageInvocation;
    readonly io: CommandIo;
    readonly log: DibLog;
    readonly shown: (file: string) => string;
  },
  image: ResolvedImage | undefined,
): Promise<Reporter> {
  const { logStyle, environment } = view.invocation;
  if (logStyle !== 'dib') {
    const { stdout: resultStream, stderr: stream } = view.io;
    return createReporter({ stream, resultStream, mode: modeOf[logStyle], environment });
  }
  const hooks = image === undefined ? [] : mergedHooks(image);
  return createDibReporter({
    line: view.log.line,
    shown: view.shown,
    phasesWithHooks: new Set(phases.filter((phase) => hooksOfPhase(hooks, phase).length > 0)),
    environmentFiles: (phase) => environmentFilesOf(hooks, phase),
    failureLines: compatibleFailureLines,
    warningLines,
  });
}

/** The one that the engine adds, for the default install type, is not there yet in root.d. */
function environmentFilesOf(hooks: readonly HookFile[], phase: Phase): readonly string[] {
  return orderEnvironmentFiles(hooks)
    .filter(({ element }) => phase !== 'root' || element !== 'kiln')
    .map(({ path }) => posix.basename(path));
}

function warningLines(failure: Failure): readonly string[] {
  return renderFailure(failure, { severity: 'warning', colour: 'never', readSourceLine }).split('\n');
}
