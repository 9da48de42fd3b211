import { steps, type StepName } from '@kiln/engine/plan/step.ts';
import { breakPointNames } from '@kiln/engine/plan/break-point-names.ts';
import type { BreakPoints } from '@kiln/engine/execute/shell/break-points.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  parseBreakNames,
  readBreakCommand,
  terminalBreakPoints,
  unknownBreakNames,
} from '../compat/break-points.ts';
import type { Done } from './done.ts';
import { currentWorkspace } from './current-workspace.ts';

interface BuildOptions {
  readonly configuration?: string;
  readonly until?: StepName;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly offline?: boolean;
  readonly break?: readonly string[];
}

/** The option that names a variant of an image. */
export const configurationOption = (): Option =>
  new Option('-c, --configuration <name>', 'a configuration of the image definition');

/** `--until`, by the names of the steps. */
export const untilOption = (text: string): Option =>
  new Option('--until <step>', text).choices(steps.map((step) => step.name));

/** `--break`, by the names of diskimage-builder's break points. */
const breakOption = (): Option =>
  new Option(
    '--break <names>',
    'stop there and open a shell: before-<phase>, after-<phase>, after-error, with commas between',
  ).argParser((text: string) => {
    const names = parseBreakNames(text);
    for (const name of unknownBreakNames(names)) {
      const near = nearName(name, breakPointNames);
      throw new InvalidArgumentError(
        `there is no break point '${name}'${near === undefined ? '' : `; did you mean '${near}'?`}`,
      );
    }
    return names;
  });

function breakPointsAt(names: readonly string[]): BreakPoints {
  return terminalBreakPoints(
    { names, ...readBreakCommand(process.env) },
    { say: (line) => process.stderr.write(`${line}\n`), type: process.env['TERM'] },
  );
}

/** `kiln build` */
export function addBuildCommand(program: Command, done: Done): void {
  program
    .command('build')
    .description('build an image: what changed, and nothing else')
    .argument('<image>', 'name of a folder in images/')
    .addOption(configurationOption())
    .addOption(untilOption('stop after this step, without artifacts'))
    .option('--dry-run', 'tell what would run and what would be restored, and do nothing')
    .option('--offline', 'use only what was fetched before')
    .addOption(breakOption())
    .option('--json', 'print events, or the forecast, as JSON')
    .option('--verbose', 'show each line that hooks print')
    .addHelpText('after', buildExamples)
    .action(async (image: string, options: BuildOptions, command: Command) => {
      const opened = currentWorkspace(command);
      const workspace = options.offline === true ? { ...opened, network: 'offline' as const } : opened;
      const { configuration, until } = options;
      const breakPoints = options.break && breakPointsAt(options.break);
      const request = { workspace, image, configuration, breakPoints };
      if (options.dryRun === true) {
        const { printForecast } = await import('../app/print-explanation.ts');
        return done(await printForecast({ ...request, until, json: options.json }));
      }
      const show = {
        // A view that is redrawn would paint over the shell.
        mode: options.json === true ? 'json' : breakPoints && 'plain',
        verbose: options.verbose === true,
      } as const;
      const { build, buildUntil } = await import('../app/build.ts');
      const { runReported } = await import('../app/run-reported.ts');
      done(
        await runReported(show, async (report, signal) => {
          if (until === undefined) await build({ ...request, report, signal });
          else await buildUntil({ ...request, report, signal }, until);
        }),
      );
    });
}

const buildExamples = `
Examples:
  kiln build web                          artifacts in dist/images/web
  kiln build web -c small                 in its configuration 'small', in dist/images/web.small
  kiln build web --until install          the tree up to install.d, to see whether a hook works
  kiln build web --break after-install    a shell in the tree at that point; then it goes on
  kiln build web --dry-run                what would run, and why
  kiln build web --json | jq -c .         one event a line

Exit status: 0 built · 1 a step failed · 2 the definition or the command is wrong · 3 this host cannot · 130 interrupted`;
