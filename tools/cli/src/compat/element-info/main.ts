import type { CommandShape } from '../command/command-shape.ts';
import { type CommandProcess, runCommandLine, thisProcess, WrongUse } from '../command/run-command-line.ts';
import { elementPathOf } from '../disk-image-create/element-path.ts';
import { elementClosure } from './element-closure.ts';
import { environmentText } from './environment-text.ts';

const shape: CommandShape = {
  name: 'element-info',
  summary:
    'Tells which elements an image is made of: those that are named, and all that they depend on, in byte order.',
  usage: ['[-e | --json] ELEMENT...'],
  options: [
    {
      origin: 'upstream',
      short: 'e',
      long: 'env',
      text: 'print IMAGE_ELEMENT, IMAGE_ELEMENT_YAML and get_image_element_array for bash to evaluate',
    },
    {
      origin: 'upstream',
      long: 'expand-dependencies',
      text: 'what it does anyway; older versions wanted to be told',
    },
    { origin: 'kiln', long: 'json', text: 'print names, folders, dependencies and what is provided as JSON' },
  ],
  sections: [
    {
      title: 'Environment',
      lines: [
        "ELEMENTS_PATH  folders with elements, separated by colons; an earlier one goes first, Kiln's own elements last",
      ],
    },
    {
      title: 'Exit codes',
      lines: ['0 done, 1 an element is missing, provided twice, or no operating system, 2 wrong use'],
    },
  ],
  examples: [
    ['element-info debian-minimal', 'names on one line'],
    ['eval "$(element-info --env debian-minimal)"', 'the variables that hooks see'],
  ],
  wrongUse: 2,
};

/** `element-info`: the closure of some elements. @returns its exit code. */
export async function main(
  argv: readonly string[],
  _name?: string,
  io: CommandProcess = thisProcess(),
): Promise<number> {
  return runCommandLine(shape, { argv, io }, async (line) => {
    if (line.operands.length === 0) throw new WrongUse('name at least one element');
    const elements = elementClosure(line.operands, elementPathOf(io.environment, io.cwd));
    if (line.has('json')) io.stdout.write(`${JSON.stringify({ elements }, null, 2)}\n`);
    else if (line.has('env')) io.stdout.write(environmentText(elements));
    else io.stdout.write(`${elements.map((it) => it.name).join(' ')}\n`);
    return 0;
  });
}
