import type { Command } from 'commander';
import { configurationOption } from './build-command.ts';
import type { Done } from './done.ts';
import { currentWorkspace } from './current-workspace.ts';

interface ShellOptions {
  readonly before?: string;
  readonly after?: string;
  readonly configuration?: string;
}

/** `kiln shell` */
export function addShellCommand(program: Command, done: Done): void {
  program
    .command('shell')
    .description('open a shell in the state that the tree has before or after a hook')
    .argument('<image>', 'name of a folder in images/')
    .argument('[command...]', 'what to run instead of a shell, after --')
    .option('--before <hook>', "the state that the hook finds: 'install.d/75-web', or '75-web'")
    .option('--after <hook|step>', 'the state that a hook or a whole step leaves')
    .addOption(configurationOption())
    .addHelpText('after', shellExamples)
    .action(async (image: string, words: readonly string[], options: ShellOptions, command: Command) => {
      const { before, after, configuration } = options;
      const what = before ?? after;
      if (what === undefined || (before !== undefined && after !== undefined))
        command.error("error: say one of '--before <hook>' and '--after <hook|step>'");
      const { openShell } = await import('../app/open-shell.ts');
      done(
        await openShell({
          workspace: currentWorkspace(command),
          image,
          configuration,
          moment: { when: before === undefined ? 'after' : 'before', what },
          command: words,
        }),
      );
    });
}

const shellExamples = `
Examples:
  kiln shell web --before install.d/75-haproxy       where that hook failed
  kiln shell web --after install                     the tree with all packages in it
  kiln shell web --after install -- dpkg -l          one command there
  kiln shell web --before finalise.d/50-bootloader

Nothing is built again: the layers below are mounted, the longest checkpoint is restored, and the hooks from there to
that place run. Hooks of host phases (root, extra-data, post-root, block-device, pre-finalise, cleanup) get a shell on the host,
in the same namespaces. The environment is that of the hook. What you change is thrown away.`;
