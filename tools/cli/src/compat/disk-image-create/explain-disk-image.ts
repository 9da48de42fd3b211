import { BuildFailure } from '@kiln/engine/diagnostics/failure.ts';
import { renderFailure } from '@kiln/engine/diagnostics/render-failure.ts';
import { explainImage } from '@kiln/engine/execute/explain/explain-image.ts';
import { readSourceLine } from '../../app/read-source-line.ts';
import { coloursFor } from '../../report/colours.ts';
import { explanationJson } from '../../report/explanation-json.ts';
import { explanationText } from '../../report/explanation-text.ts';
import { forecastText } from '../../report/forecast-text.ts';
import { wantsColour } from '../../report/terminal-output.ts';
import type { CommandIo } from './command-io.ts';
import type { DiskImageInvocation } from './disk-image-invocation.ts';
import { outputFilesOf } from './output-files.ts';
import { requestOf, resolveInvocation } from './prepare-disk-image.ts';
import { compatibleFailureLines } from './upstream-words.ts';

/** `--dry-run` and `--explain`: what a build would do, or why. Writes nothing but text. @returns exit code. */
export async function explainDiskImage(invocation: DiskImageInvocation, io: CommandIo): Promise<number> {
  try {
    io.stdout.write(await explanationOf(invocation, io));
    return 0;
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    for (const failure of error.failures)
      for (const line of compatibleFailureLines(failure)) io.stderr.write(`${line}\n`);
    return 1;
  }
}

async function explanationOf(invocation: DiskImageInvocation, io: CommandIo): Promise<string> {
  const files = outputFilesOf(invocation, { cwd: io.cwd, kept: () => {} });
  const { value: image, warnings } = resolveInvocation(invocation, io.cwd);
  const colour = wantsColour(io.stderr, invocation.environment) ? 'always' : 'never';
  for (const warning of warnings)
    io.stderr.write(`${renderFailure(warning, { severity: 'warning', colour, readSourceLine })}\n`);
  const request = requestOf(invocation, image, { files, report: () => {}, io });
  const outputDirectory = files.place.directory;
  const explanation = await explainImage(request, { until: undefined, outputDirectory, now: Date.now() });
  if (invocation.json)
    return `${JSON.stringify(explanationJson(invocation.outputName, explanation), null, 2)}\n`;
  const colours = coloursFor(process.stdout);
  return invocation.action === 'dry-run'
    ? forecastText(explanation, colours)
    : explanationText(explanation, { colours, now: Date.now(), detail: 'steps' });
}
