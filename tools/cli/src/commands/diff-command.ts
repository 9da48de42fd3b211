import type { Command } from 'commander';
import type { Done } from './done.ts';
import { currentWorkspaceIfAny } from './current-workspace.ts';

interface DiffOptions {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly exitCode?: boolean;
}

const usualMost = 40;

/** `kiln diff` */
export function addDiffCommand(program: Command, done: Done): void {
  program
    .command('diff')
    .description('tell how two images differ: elements, sources, packages, files')
    .argument(
      '<image|file>',
      'an image of the workspace as it was built last, a manifest.json, or a qcow2, raw, tar or tgz artifact',
    )
    .argument('<other image|file>', 'the other one; a configuration of an image is image:configuration')
    .option('--all', `show every line, not ${usualMost} of a kind at most`)
    .option('--exit-code', 'exit with status 1 if they differ')
    .option('--json', 'print everything as JSON')
    .addHelpText('after', diffExamples)
    .action(async (first: string, second: string, options: DiffOptions, command: Command) => {
      const { diffImages } = await import('../app/diff-images.ts');
      done(
        await diffImages({
          names: [first, second],
          workspace: currentWorkspaceIfAny(command),
          json: options.json === true,
          most: options.all === true ? Infinity : usualMost,
          differenceExitCode: options.exitCode === true ? 1 : 0,
        }),
      );
    });
}

const diffExamples = `
Examples:
  kiln diff web web:small                     two images of the workspace, as they were built last
  kiln diff old/web.qcow2 dist/images/web/web.qcow2
  kiln diff old/manifest.json web --json

Files are compared by kind, mode, owner, size and content, not by time. They are read from the layers in the store, which
needs root; else, or where an artifact is named, from the artifact.`;
