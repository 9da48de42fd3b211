import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { diskParametersFile } from '../../plan/disk-questions.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import { blockDeviceProgram } from '../../sandbox/block-device-program.ts';
import { sudoShim } from '../../sandbox/sudo-shim.ts';

/** Writes what host hooks find first on their PATH into a work folder. */
export async function writePrograms(folder: string): Promise<void> {
  const programs = join(folder, 'programs');
  await mkdir(programs, { recursive: true });
  await writeFile(join(programs, 'sudo'), sudoShim, { mode: 0o755 });
  await writeFile(join(programs, 'dib-block-device'), blockDeviceProgram, { mode: 0o755 });
}

/**
 * Writes the file that DIB_BLOCK_DEVICE_PARAMS_YAML names, with diskimage-builder's keys as far as they say something here: there is no
 * configuration beside it, since nobody makes a disk from it.
 */
export async function writeDiskParameters(
  folder: string,
  disk: Readonly<Record<string, string>>,
): Promise<void> {
  const parameters = {
    'image-dir': sandboxPaths.build,
    'build-dir': sandboxPaths.build,
    'mount-base': sandboxPaths.targetRoot,
    'root-fs-type': disk['DIB_ROOT_FSTYPE'] ?? '',
    'root-label': disk['DIB_ROOT_LABEL'] ?? '',
  };
  const lines = Object.entries(parameters).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  await mkdir(join(folder, 'block-device'), { recursive: true });
  await writeFile(join(folder, 'block-device', basename(diskParametersFile)), lines.join(''));
}
