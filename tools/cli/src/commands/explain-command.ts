import type { Command } from 'commander';
import { configurationOption } from './build-command.ts';
import type { Done } from './done.ts';
import { currentWorkspace } from './current-workspace.ts';

interface ExplainOptions {
  readonly configuration?: string;
  readonly json?: boolean;
}

/** `kiln explain` */
export function addExplainCommand(program: Command, done: Done): void {
  program
    .command('explain')
    .description('tell why steps of an image ran, or would run now')
    .argument('<image>', 'name of a folder in images/')
    .argument('[step or hook]', "a step ('install'), or a hook ('install.d/75-web', '75-web'), in detail")
    .addOption(configurationOption())
    .option('--json', 'print it as JSON')
    .addHelpText('after', explainExamples)
    .action(async (image: string, what: string | undefined, options: ExplainOptions, command: Command) => {
      const workspace = currentWorkspace(command);
      const { printExplanation } = await import('../app/print-explanation.ts');
      done(
        await printExplanation({ workspace, image, what, ...options, configuration: options.configuration }),
      );
    });
}

const explainExamples = `
Examples:
  kiln explain web                 every step in a line or two
  kiln explain web install         the inputs of one step that differ, before and now, and its hooks
  kiln explain web 75-haproxy      one hook: whether it would run, and what makes it

What is compared: everything that may change a step's result (its key record), now and when this image had it last.`;
