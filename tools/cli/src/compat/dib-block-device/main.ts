import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderFstab } from '@kiln/engine/block-device/writing/render-fstab.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import type { CommandShape } from '../command/command-shape.ts';
import {
  type CommandLine,
  type CommandProcess,
  runCommandLine,
  thisProcess,
  WrongUse,
} from '../command/run-command-line.ts';
import {
  type DiskSymbol,
  diskSymbols,
  diskValues,
  type LayoutSymbol,
  layoutSymbols,
  layoutValues,
} from './block-device-values.ts';
import { draftLayout } from './draft-layout.ts';
import { type BlockDeviceParameters, readParameters } from './read-parameters.ts';

const commands = ['init', 'getval', 'create', 'umount', 'cleanup', 'delete', 'writefstab'] as const;
type BlockDeviceCommand = (typeof commands)[number];

const shape: CommandShape = {
  name: 'dib-block-device',
  summary: 'Answers questions about the disk that a block-device configuration describes.',
  usage: [
    '[--params FILE] getval SYMBOL',
    '[--params FILE] init | writefstab | create | umount | cleanup | delete',
  ],
  options: [
    {
      origin: 'upstream',
      long: 'params',
      value: 'FILE',
      text: 'YAML file of parameters ($DIB_BLOCK_DEVICE_PARAMS_YAML)',
    },
    {
      origin: 'kiln',
      long: 'json',
      text: 'getval: print a JSON string; without SYMBOL a map of all that is known',
    },
  ],
  sections: [
    {
      title: 'Commands',
      lines: [
        'getval SYMBOL  root-label, root-fstype, boot-label, mount-points: from the configuration;',
        '               image-path, image-block-device, image-block-devices: once there is a disk, inside a build.',
        '               An unknown SYMBOL prints nothing, and is no failure.',
        'init           check the configuration',
        'writefstab     write build-dir/built/etc/fstab',
        "create         refused: Kiln's engine makes the disk in a build, from the finished tree, without devices",
        'umount, cleanup, delete  nothing to do: a build of Kiln leaves no mount and no device behind',
      ],
    },
    {
      title: 'Parameters',
      lines: [
        'config (path of the configuration), root-fs-type, root-label, build-dir, image-dir; others are ignored',
      ],
    },
    { title: 'Exit codes', lines: ['0 done, 1 a file is wrong, or the command is refused, 2 wrong use'] },
  ],
  examples: [
    ['dib-block-device --params params.yaml getval root-label', 'the label of the root filesystem'],
    ['dib-block-device --params params.yaml getval --json', 'all that is known'],
  ],
  wrongUse: 2,
  words: commands,
};

/** `dib-block-device`: facts of a disk. @returns its exit code. */
export async function main(
  argv: readonly string[],
  _name?: string,
  io: CommandProcess = thisProcess(),
): Promise<number> {
  return runCommandLine(shape, { argv, io }, async (line) => {
    const [word = '', symbol] = line.operands;
    const command = commands.find((it) => it === word);
    if (command === undefined) {
      const near = nearName(word, commands);
      const hint = near === undefined ? '' : `; did you mean '${near}'?`;
      throw new WrongUse(word === '' ? 'name a command' : `there is no command '${word}'${hint}`);
    }
    const file = line.value('params') ?? io.environment['DIB_BLOCK_DEVICE_PARAMS_YAML'];
    if (file === undefined || file === '')
      throw new WrongUse('DIB_BLOCK_DEVICE_PARAMS_YAML or --params not set');
    const parameters = readParameters(file, io.cwd);
    if (command === 'getval') return getValue(symbol, { line, io, parameters });
    return run(command, parameters, io);
  });
}

interface Asked {
  readonly line: CommandLine;
  readonly io: CommandProcess;
  readonly parameters: BlockDeviceParameters;
}

function getValue(symbol: string | undefined, { line, io, parameters }: Asked): number {
  const values: Readonly<Partial<Record<LayoutSymbol | DiskSymbol, string>>> = {
    ...layoutValues(draftLayout(parameters)),
    ...diskValues(parameters, io.environment),
  };
  if (symbol === undefined) {
    if (!line.has('json')) throw new WrongUse('getval: name a SYMBOL');
    io.stdout.write(`${JSON.stringify(values, null, 2)}\n`);
    return 0;
  }
  const known = [...layoutSymbols, ...diskSymbols].find((it) => it === symbol);
  if (known === undefined) {
    const near = nearName(symbol, [...layoutSymbols, ...diskSymbols]);
    const hint = near === undefined ? '' : `; did you mean '${near}'?`;
    io.stderr.write(`dib-block-device: Invalid symbol [${symbol}] for getval${hint}\n`);
    return 0;
  }
  const value = values[known];
  if (value === undefined) {
    io.stderr.write(
      `dib-block-device: ${symbol} is not known yet: there is no disk (State dump not found)\n`,
    );
    return 1;
  }
  io.stdout.write(`${line.has('json') ? JSON.stringify(value) : value}\n`);
  return 0;
}

function run(
  command: Exclude<BlockDeviceCommand, 'getval'>,
  parameters: BlockDeviceParameters,
  io: CommandProcess,
): number {
  const say = (text: string) => io.stderr.write(`dib-block-device: ${text}\n`);
  const layout = draftLayout(parameters);
  switch (command) {
    case 'init':
      say('the configuration is right');
      return 0;
    case 'writefstab': {
      if (parameters.buildDirectory === undefined)
        throw new WrongUse('writefstab: the parameters name no build-dir');
      const file = join(parameters.buildDirectory, 'built/etc/fstab');
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, renderFstab(layout));
      say(`wrote ${file}`);
      return 0;
    }
    case 'create':
      say(
        "nothing is created: Kiln's engine makes the disk inside a build, from the finished tree and without devices",
      );
      say("run 'disk-image-create', or 'kiln build' in a workspace");
      return 1;
    case 'umount':
    case 'cleanup':
    case 'delete':
      say(`${command}: nothing to do; builds of Kiln leave no mount and no device behind`);
      return 0;
  }
}
