import { steps, type StepName } from '@kiln/engine/plan/step.ts';
import { type Command, Option } from 'commander';
import type { Done } from './done.ts';
import { currentWorkspace } from './current-workspace.ts';

interface BuildOptions {
  readonly configuration?: string;
  readonly until?: StepName;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly offline?: boolean;
}

/** The option that names a variant of an image. */
export const configurationOption = (): Option =>
  new Option('-c, --configuration <name>', 'a configuration of the image definition');

/** `--until`, by the names of the steps. */
export const untilOption = (text: string): Option =>
  new Option('--until <step>', text).choices(steps.map((step) => step.name));

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
    .option('--json', 'print events, or the forecast, as JSON')
    .option('--verbose', 'show each line that hooks print')
    .addHelpText('after', buildExamples)
    .action(async (image: string, options: BuildOptions, command: Command) => {
      const opened = currentWorkspace(command);
      const workspace = options.offline === true ? { ...opened, network: 'offline' as const } : opened;
      const { configuration, until } = options;
      const request = { workspace, image, configuration };
      if (options.dryRun === true) {
        const { printForecast } = await import('../app/print-explanation.ts');
        return done(await printForecast({ ...request, until, json: options.json }));
      }
      const show = {
        mode: options.json === true ? 'json' : undefined,
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
  kiln build web --dry-run                what would run, and why
  kiln build web --json | jq -c .         one event a line

Exit status: 0 built · 1 a step failed · 2 the definition or the command is wrong · 3 this host cannot · 130 interrupted`;
