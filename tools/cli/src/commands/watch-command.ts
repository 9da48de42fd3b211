import type { StepName } from '@kiln/engine/plan/step.ts';
import type { Command } from 'commander';
import { configurationOption, untilOption } from './build-command.ts';
import type { Done } from './done.ts';
import { currentWorkspace } from './current-workspace.ts';

interface WatchOptions {
  readonly configuration?: string;
  readonly until?: StepName;
  readonly shell?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** `kiln watch` */
export function addWatchCommand(program: Command, done: Done): void {
  program
    .command('watch')
    .description('build an image again whenever something changes that it depends on')
    .argument('<image>', 'name of a folder in images/')
    .addOption(configurationOption())
    .addOption(untilOption('stop each build after this step, without artifacts'))
    .option('--shell', 'offer a shell where a hook failed')
    .option('--verbose', 'show each line that hooks print')
    .option('--json', 'print events as JSON, one a line')
    .addHelpText('after', watchExamples)
    .action(async (image: string, options: WatchOptions, command: Command) => {
      const workspace = currentWorkspace(command);
      const { watchImage } = await import('../app/watch-image.ts');
      const { configuration, until, shell, verbose, json } = options;
      done(
        await watchImage({
          workspace,
          image,
          configuration,
          until,
          shell: shell === true ? 'offered' : 'not offered',
          show: { mode: json === true ? 'json' : undefined, verbose: verbose === true },
        }),
      );
    });
}

const watchExamples = `
Examples:
  kiln watch web                          the whole image, after each change
  kiln watch web --until install          only the tree up to install.d: the quickest way to write a hook
  kiln watch web --until install --shell  and a look around where the hook failed

Watched are the definition and the elements that the image is made of, outside of the workspace too. Files saved
together are one change; a change during a build cancels it. Ctrl-C ends it.`;
