import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import { writeWhole } from '@kiln/engine/execute/write-whole.ts';
import type { CommandShape } from '../command/command-shape.ts';
import { type CommandProcess, runCommandLine, thisProcess, WrongUse } from '../command/run-command-line.ts';
import { readBootFiles } from './newest-kernel.ts';

const shape: CommandShape = {
  name: 'disk-image-get-kernel',
  summary:
    'Takes the newest kernel and its ramdisk out of an image. Deprecated: the element baremetal does it in a build.',
  usage: ['-i IMAGE [-d DIR] [-o PREFIX]', 'IMAGE [-d DIR] [-o PREFIX]'],
  options: [
    {
      origin: 'upstream',
      short: 'i',
      long: 'image',
      value: 'IMAGE',
      text: 'a qcow2 or raw disk; it is read, never mounted',
    },
    { origin: 'upstream', short: 'd', long: 'directory', value: 'DIR', text: 'where to write (/tmp)' },
    {
      origin: 'upstream',
      short: 'o',
      long: 'output',
      value: 'PREFIX',
      text: 'files are PREFIX-vmlinuz and PREFIX-initrd (baremetal)',
    },
    { origin: 'upstream', short: 'x', long: 'trace', text: 'nothing: there is no shell to trace' },
  ],
  sections: [
    {
      title: 'Exit codes',
      lines: ['0 done, 1 wrong use or no kernel, 3 the host lacks debugfs, mtools or qemu-img'],
    },
  ],
  examples: [
    ['disk-image-get-kernel -i web.qcow2 -d /srv/tftp -o web', '/srv/tftp/web-vmlinuz, /srv/tftp/web-initrd'],
  ],
  wrongUse: 1,
};

/** `disk-image-get-kernel`: a kernel for starting over the network. @returns its exit code. */
export async function main(
  argv: readonly string[],
  _name?: string,
  io: CommandProcess = thisProcess(),
): Promise<number> {
  return runCommandLine(shape, { argv, io }, async (line) => {
    io.stderr.write("disk-image-get-kernel is deprecated: use the element 'baremetal' instead\n");
    const [operand, ...more] = line.operands;
    const image = line.value('image') ?? operand;
    if (image === undefined || image === '') throw new WrongUse('name an image with -i');
    if (more.length > 0 || (operand !== undefined && operand !== image))
      throw new WrongUse('name one image only');
    const directory = resolve(io.cwd, line.value('directory') ?? '/tmp');
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
      fail({ code: 'option-value-wrong', option: '-d', value: directory, expected: 'a directory' });
    const files = await readBootFiles(resolve(io.cwd, image));
    const prefix = line.value('output') ?? 'baremetal';
    for (const [what, path, content] of [
      ['vmlinuz', files.kernelPath, files.kernel],
      ['initrd', files.ramdiskPath, files.ramdisk],
    ] as const) {
      const target = join(directory, `${prefix}-${what}`);
      await writeWhole(target, content);
      io.stdout.write(`${target} (${path})\n`);
    }
    return 0;
  });
}
