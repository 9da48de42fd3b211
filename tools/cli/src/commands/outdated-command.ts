import type { Command } from 'commander';
import { configurationOption } from './build-command.ts';
import type { Done } from './done.ts';
import { currentWorkspace } from './current-workspace.ts';

interface OutdatedOptions {
  readonly configuration?: string;
  readonly json?: boolean;
}

/** `kiln outdated` */
export function addOutdatedCommand(program: Command, done: Done): void {
  program
    .command('outdated')
    .description("tell what the mirror has now that is newer than an image's packages")
    .argument('<image>', 'name of a folder in images/, which was built before')
    .addOption(configurationOption())
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      "\nExamples:\n  kiln outdated web\n  kiln outdated web --json | jq '.outdated[] | select(.security)'",
    )
    .action(async (image: string, options: OutdatedOptions, command: Command) => {
      const workspace = currentWorkspace(command);
      const { outdatedImage } = await import('../app/outdated-image.ts');
      done(await outdatedImage({ workspace, image, ...options }));
    });
}
