import { Argument, type Command, Option } from 'commander';
import type { Done } from './done.ts';
import { imageNames } from '../app/workspace.ts';
import { currentWorkspaceIfAny } from './current-workspace.ts';

const scripts = {
  bash: `_kiln() {
  local IFS=$'\\n'
  COMPREPLY=($(kiln complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _kiln kiln
`,
  zsh: `#compdef kiln
_kiln() {
  local -a found
  found=("\${(@f)$(kiln complete -- "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)}")
  compadd -a found || _files
}
compdef _kiln kiln
`,
  fish: `complete -c kiln -f -a '(kiln complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
} as const;

/** `kiln completion <shell>`, and what the scripts that it prints call. */
export function addCompletionCommands(program: Command, done: Done): void {
  program
    .command('completion')
    .description('print a script that completes commands, options and names on Tab')
    .addArgument(new Argument('<shell>', 'your shell').choices(Object.keys(scripts)))
    .addHelpText(
      'after',
      `
Examples:
  kiln completion bash > ~/.local/share/bash-completion/completions/kiln
  kiln completion zsh > "\${fpath[1]}/_kiln"
  kiln completion fish > ~/.config/fish/completions/kiln.fish`,
    )
    .action((shell: keyof typeof scripts) => {
      process.stdout.write(scripts[shell]);
      done(0);
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: readonly string[], _options: object, command: Command) => {
      const { elementFolders } = await import('../app/describe-element.ts');
      const workspace = currentWorkspaceIfAny(command);
      const found = candidates(program, words, {
        image: workspace === undefined ? [] : imageNames(workspace),
        element: () => (workspace === undefined ? [] : [...elementFolders(workspace).keys()]),
      });
      process.stdout.write(found.map((word) => `${word}\n`).join(''));
      done(0);
    });
}

/** Names that may stand for an argument, by what its help calls it. */
export interface KnownNames {
  readonly image: readonly string[];
  readonly element: () => readonly string[];
}

/** What may stand in place of the last word, given those before it. */
export function candidates(program: Command, words: readonly string[], names: KnownNames): readonly string[] {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  let command = program;
  for (const word of before) command = command.commands.find((it) => it.name() === word) ?? command;
  const option = command.options.find((it) => before.at(-1) === it.long || before.at(-1) === it.short);
  const takesValue = option?.required === true || option?.optional === true;
  const all = takesValue
    ? (option?.argChoices ?? [])
    : [...wordsOf(command, names), ...optionsOf(command, current)];
  return all.filter((word) => word.startsWith(current));
}

function wordsOf(command: Command, names: KnownNames): readonly string[] {
  const shown = command.createHelp().visibleCommands(command);
  if (shown.length > 0) return shown.map((it) => it.name()).filter((name) => name !== 'help');
  return command.registeredArguments.flatMap((argument) => {
    if (argument.argChoices !== undefined) return argument.argChoices;
    if (/\bimage\b/.test(argument.name())) return names.image;
    return argument.name() === 'element' ? names.element() : [];
  });
}

function optionsOf(command: Command, current: string): readonly string[] {
  if (!current.startsWith('-')) return [];
  const help = new Option('--help');
  return [...command.options, help].flatMap((option) => option.long ?? []);
}
