import { type Command, Option } from 'commander';
import { configurationOption } from './build-command.ts';
import type { Done } from './done.ts';
import { currentWorkspace } from './current-workspace.ts';

interface BootOptions {
  readonly configuration?: string;
  readonly artifact?: string;
  readonly firmware?: 'bios' | 'uefi';
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** `kiln boot` */
export function addBootCommand(program: Command, done: Done): void {
  program
    .command('boot')
    .description('boot an image in QEMU and check it from outside')
    .argument('<image>', 'name of a folder in images/')
    .addOption(configurationOption())
    .addOption(new Option('--firmware <kind>', 'only under this firmware').choices(['bios', 'uefi']))
    .option('--artifact <file>', 'boot this disk, not what the last build left in dist/')
    .option('--json', 'print the report as JSON')
    .option('--verbose', 'show the serial console')
    .addHelpText('after', '\nExamples:\n  kiln boot web\n  kiln boot web --firmware uefi --verbose')
    .action(async (image: string, options: BootOptions, command: Command) => {
      const { bootImage } = await import('../app/boot-image.ts');
      done(await bootImage({ workspace: currentWorkspace(command), image, ...options }));
    });
}
