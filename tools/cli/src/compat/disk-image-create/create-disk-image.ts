import { completionScript } from '../command/completion-script.ts';
import { commonOptions } from '../command/command-shape.ts';
import { versionText } from '../command/version-text.ts';
import { buildDiskImage } from './build-disk-image.ts';
import type { CommandIo } from './command-io.ts';
import type { DiskImageInvocation } from './disk-image-invocation.ts';
import { diskImageOptions } from './disk-image-options.ts';
import { explainDiskImage } from './explain-disk-image.ts';
import { commandName, helpText } from './help-text.ts';
import { openDiskImageShell } from './open-disk-image-shell.ts';

export type { CommandIo } from './command-io.ts';

/**
 * Builds what `disk-image-create` was called for, in this process. Prints as the command does.
 *
 * @returns the command's exit code: 0, 1, or 130 when interrupted. A bug is thrown.
 */
export async function createDiskImage(invocation: DiskImageInvocation, io: CommandIo): Promise<number> {
  switch (invocation.action) {
    case 'help':
      io.stdout.write(helpText(invocation.mode));
      return 0;
    case 'version':
      io.stdout.write(versionText(commandName(invocation.mode)));
      return 0;
    case 'completion':
      io.stdout.write(completionText(invocation));
      return 0;
    case 'dry-run':
    case 'explain':
      return explainDiskImage(invocation, io);
    case 'shell':
      return openDiskImageShell(invocation, io);
    case 'build':
      return buildDiskImage(invocation, io);
  }
}

/** Every command completes its options; `allOptions` brings those that all have. */
function completionText({ mode, completion = 'bash' }: DiskImageInvocation): string {
  const common = new Set(commonOptions.map(({ long }) => long));
  const options = diskImageOptions.flatMap(({ long, ...option }) =>
    long === undefined || common.has(long) ? [] : [{ ...option, long }],
  );
  const shape = { name: commandName(mode), summary: '', usage: [], options, sections: [], examples: [] };
  return completionScript({ ...shape, wrongUse: 1 }, completion);
}
