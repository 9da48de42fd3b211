import type { VerificationProfile } from '@kiln/testkit';
import { type Command, Option } from 'commander';
import { configurationOption } from './build-command.ts';
import type { Done } from './done.ts';
import { currentWorkspaceIfAny } from './current-workspace.ts';

/** `kiln verify` */
export function addVerifyCommand(program: Command, done: Done): void {
  program
    .command('verify')
    .description('check an image without starting it')
    .argument(
      '<image|file>',
      'an image of the workspace, whose elements say what is expected, or any disk: qcow2, raw, vmdk, vdi, vhd, vhdx',
    )
    .addOption(configurationOption())
    .option('--json', 'print the report as JSON')
    .addOption(
      new Option(
        '--profile <kind>',
        'what kind of machine it is meant to be, whoever built it (for a file: what it looks like)',
      ).choices(['amphora', 'none', 'detect']),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  kiln verify web\n  kiln verify some/disk.qcow2 --json\n  kiln verify amphora-x64-haproxy.qcow2 --profile amphora',
    )
    .action(
      async (
        what: string,
        options: { configuration?: string; json?: boolean; profile?: VerificationProfile },
        command: Command,
      ) => {
        const { verifyImage } = await import('../app/verify-image.ts');
        const { imageOrFile } = await import('./image-or-file.ts');
        const { workspace, image, artifact } = imageOrFile(what, currentWorkspaceIfAny(command));
        done(await verifyImage({ workspace, image, artifact, ...options }));
      },
    );
}
