import type { Command } from 'commander';
import { configurationOption } from './build-command.ts';
import type { Done } from './done.ts';
import { currentWorkspace } from './current-workspace.ts';

interface LockOptions {
  readonly configuration?: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** `kiln lock` */
export function addLockCommand(program: Command, done: Done): void {
  program
    .command('lock')
    .description('take into the lock of an image what the outside world has now')
    .argument('<image>', 'name of a folder in images/')
    .addOption(configurationOption())
    .option('--check', 'only tell how far the lock is behind; exit status 1 if it is')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  kiln lock web            what moved, written to images/web/image.lock.json\n  kiln lock web --check',
    )
    .action(async (image: string, options: LockOptions, command: Command) => {
      const { lockImage } = await import('../app/lock-image.ts');
      done(await lockImage({ workspace: currentWorkspace(command), image, ...options }));
    });
}
