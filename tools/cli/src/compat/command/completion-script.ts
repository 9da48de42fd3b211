import { allOptions, type CommandShape } from './command-shape.ts';

export const completionShells = ['bash', 'zsh', 'fish'] as const;

/** A script that completes a command's options; operands are files, but for the words that the command knows. */
export function completionScript(shape: CommandShape, shell: (typeof completionShells)[number]): string {
  const { name, words = [] } = shape;
  const options = allOptions(shape);
  const quoted = (text: string): string => text.replaceAll("'", '’').replaceAll(/[[\]:]/g, ' ');
  switch (shell) {
    case 'bash': {
      const known = [...words, ...options.map((it) => `--${it.long}`)].join(' ');
      return `complete -o default -W '${known}' ${name}\n`;
    }
    case 'zsh':
      return [
        `#compdef ${name}`,
        '_arguments \\',
        ...options.map(
          (it) =>
            `  '--${it.long}[${quoted(it.text)}]${it.value === undefined ? '' : `:${it.value}:_files`}' \\`,
        ),
        words.length === 0 ? "  '*:file:_files'" : `  '1:command:(${words.join(' ')})' '*:file:_files'`,
        '',
      ].join('\n');
    case 'fish':
      return [
        ...words.map((word) => `complete -c ${name} -n __fish_is_first_arg -a ${word}`),
        ...options.map((it) =>
          [
            `complete -c ${name} -l ${it.long}`,
            ...(it.short === undefined ? [] : [`-s ${it.short}`]),
            ...(it.value === undefined ? [] : ['-r']),
            `-d '${quoted(it.text)}'`,
          ].join(' '),
        ),
        '',
      ].join('\n');
  }
}
