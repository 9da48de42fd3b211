import { BuildFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { CommandShape } from '../command/command-shape.ts';
import { type CommandProcess, runCommandLine, thisProcess, WrongUse } from '../command/run-command-line.ts';
import { findProblems } from '../disk-image-create/find-problems.ts';
import { parseDiskImageArguments } from '../disk-image-create/parse-disk-image-arguments.ts';
import { buildEntries, type BuildOne, type PreparedEntry } from './build-entries.ts';
import { commandLine, entryCommand } from './entry-command.ts';
import { mergeEntries } from './merge-entries.ts';
import { type LocatedEntry, readDefinitions } from './read-definitions.ts';

const shape: CommandShape = {
  name: 'diskimage-builder',
  summary: 'Builds the images that YAML files describe, one after the other.',
  usage: ['[--dry-run] [--stop-on-failure] FILE...'],
  options: [
    { origin: 'upstream', long: 'dry-run', text: 'print the command line of each image, and build none' },
    {
      origin: 'upstream',
      long: 'stop-on-failure',
      text: 'stop at the first image that fails, instead of going on with the next',
    },
    {
      origin: 'kiln',
      long: 'json',
      text: 'with --dry-run: print command, arguments and environment of each image as JSON',
    },
  ],
  sections: [
    {
      title: 'Files',
      lines: [
        'Each FILE is a list of maps. Maps of one imagename, in whatever file, are one image: lists are appended,',
        'maps are merged, and of all else the last counts. A map without imagename goes with the one before it.',
        'A schema for editors is schemas/diskimage-builder.schema.json. The keys:',
        '',
        'imagename, arch, types (list), elements (list), packages (list), environment (map), ramdisk, install-type,',
        'skip-base, image-size, image-extra-size, mkfs-options, mkfs-journal-size, max-online-resize, root-label,',
        'qemu-img-options (map), uncompressed, checksum, docker-target, ramdisk-element, image-cache, offline, no-tmpfs,',
        'min-tmpfs, logfile, debug-trace (0, 1, 2), clear: the options of disk-image-create, whose --help explains them',
      ],
    },
    {
      title: 'Exit codes',
      lines: ['0 all were built, 1 a file is wrong, or an image failed, 2 wrong use, 130 interrupted'],
    },
  ],
  examples: [
    ['diskimage-builder images.yaml', 'build all'],
    ['diskimage-builder --dry-run common.yaml site.yaml', 'see what the second changes'],
  ],
  wrongUse: 2,
};

/** `diskimage-builder`: images from YAML files. @returns its exit code. */
export async function main(
  argv: readonly string[],
  _name?: string,
  io: CommandProcess = thisProcess(),
  buildOne?: BuildOne,
): Promise<number> {
  return runCommandLine(shape, { argv, io }, async (line) => {
    if (line.operands.length === 0) throw new WrongUse('name at least one file');
    if (line.has('json') && !line.has('dry-run')) throw new WrongUse('--json goes with --dry-run');
    const entries = mergeEntries(readDefinitions(line.operands, io.cwd));
    if (line.has('dry-run')) {
      const commands = entries.map(({ entry }) => entryCommand(entry));
      if (line.has('json')) io.stdout.write(`${JSON.stringify(commands, null, 2)}\n`);
      else for (const command of commands) io.stderr.write(`${commandLine(command)}\n`);
      return 0;
    }
    const onFailure = line.has('stop-on-failure') ? 'stop' : 'go on';
    const prepared = prepare(entries, io);
    return buildEntries(prepared, { ...io, onFailure }, buildOne);
  });
}

/** Understands all entries before the first image is built; what is wrong with one is told at its place. */
function prepare(
  entries: readonly LocatedEntry[],
  { environment, cwd }: Pick<CommandProcess, 'environment' | 'cwd'>,
): readonly PreparedEntry[] {
  const failures: Failure[] = [];
  const prepared = entries.flatMap(({ entry, place }): readonly PreparedEntry[] => {
    const command = entryCommand(entry);
    const surroundings = { ...environment, ...command.environment };
    const parsed = parseDiskImageArguments(command.argv, surroundings, command.mode);
    const problems = parsed.ok ? findProblems(parsed.value, cwd) : parsed.failures;
    failures.push(...problems.map((failure) => ({ ...failure, place: failure.place ?? place })));
    return parsed.ok ? [{ entry: command, invocation: parsed.value }] : [];
  });
  if (failures.length > 0) throw new BuildFailure(failures);
  return prepared;
}
