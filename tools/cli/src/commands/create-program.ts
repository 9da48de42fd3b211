import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { wantsColour } from '../report/terminal-output.ts';
import { addBootCommand } from './boot-command.ts';
import { addBuildCommand } from './build-command.ts';
import { addCompletionCommands } from './completion-commands.ts';
import type { Done } from './done.ts';
import { addDiffCommand } from './diff-command.ts';
import { addElementCommands } from './element-commands.ts';
import { addExplainCommand } from './explain-command.ts';
import { addImageCommands } from './image-commands.ts';
import { addLockCommand } from './lock-command.ts';
import { addOutdatedCommand } from './outdated-command.ts';
import { addShellCommand } from './shell-command.ts';
import { addStoreCommands } from './store-commands.ts';
import { addVerifyCommand } from './verify-command.ts';
import { addWatchCommand } from './watch-command.ts';

/** The `kiln` command with all its sub-commands. Errors of use are thrown, as commander's. */
export function createProgram(done: Done): Command {
  const program = new Command('kiln')
    .description('Builds operating-system images from elements, and only what changed.')
    .version(versionOf(), '--version', 'print the version')
    .option('-C, --workspace <folder>', 'work in the workspace around this folder', process.cwd())
    .helpOption('-h, --help', 'tell how it is used')
    .helpCommand('help [command]', 'tell how a command is used')
    .showHelpAfterError("'kiln --help' tells how it is used")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      getOutHasColors: () => wantsColour(process.stdout, process.env),
      getErrHasColors: () => wantsColour(process.stderr, process.env),
    })
    .addHelpText('after', examples);
  addBuildCommand(program, done);
  addExplainCommand(program, done);
  addWatchCommand(program, done);
  addShellCommand(program, done);
  addDiffCommand(program, done);
  addVerifyCommand(program, done);
  addBootCommand(program, done);
  addImageCommands(program, done);
  addLockCommand(program, done);
  addOutdatedCommand(program, done);
  addElementCommands(program, done);
  addStoreCommands(program, done);
  addCompletionCommands(program, done);
  return program;
}

const examples = `
Examples:
  kiln build amphora-haproxy              build an image, or what of it changed
  kiln build amphora-haproxy --dry-run    tell what would run, why, and how long it would take
  kiln explain amphora-haproxy install    why the install phase ran, or would run
  kiln store status                       what is kept between builds

With Nx, beside all this in parallel: nx run amphora-haproxy:image, nx affected -t image`;

function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
