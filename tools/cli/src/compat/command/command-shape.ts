import type { OptionShape } from '../options/scan-options.ts';

/** An option, and what its help says of it. */
export interface DescribedOption extends OptionShape {
  readonly long: string;
  readonly text: string;
}

/** All that a command's help, its parser and its completion need to know of it. */
export interface CommandShape {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** What follows the name, a line for each form: `[--list] DIR`. */
  readonly usage: readonly string[];
  readonly options: readonly DescribedOption[];
  /** Operands, variables, files, exit codes: paragraphs below a heading each. */
  readonly sections: readonly { readonly title: string; readonly lines: readonly string[] }[];
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** Exit code for wrong use; it is that of the command of diskimage-builder. */
  readonly wrongUse: 1 | 2;
  /** What stands for the first operand and is not a file, for completion. */
  readonly words?: readonly string[];
}

/** Options that every command has. */
export const commonOptions: readonly DescribedOption[] = [
  { origin: 'upstream', short: 'h', long: 'help', text: 'tell how it is used' },
  {
    origin: 'kiln',
    long: 'version',
    text: 'print the version of Kiln, and of diskimage-builder that it stands for',
  },
  {
    origin: 'kiln',
    long: 'completion',
    value: 'SHELL',
    text: 'print a script for bash, zsh or fish that completes options on Tab',
  },
];

/** The options of a command with those that all have. */
export function allOptions(shape: CommandShape): readonly DescribedOption[] {
  return [...shape.options, ...commonOptions];
}
