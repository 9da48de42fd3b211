import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildFailure, type Failure } from '../../diagnostics/failure.ts';
import { nearName } from '../../diagnostics/near-name.ts';
import { parseContainerReference } from '../../formats/container-reference.ts';
import { formatsToAskFor } from '../../formats/required-tools.ts';
import { isContainerFormat, isTreeFormat } from '../../formats/image-format.ts';
import { type ImageDefinition, imageFormats } from '../../image-definition/image-definition.ts';
import { runCommand } from '../../util/run-command.ts';

type FormatSettings = Pick<ImageDefinition, 'formats' | 'qemuImgOptions' | 'dockerTarget' | 'places'>;

/**
 * Fails with every format, option for qemu-img and name of a container image that would not work in the end, before anything is
 * built. A format that Kiln does not know by itself is tried: qemu-img lists what it can read, and can write only some of that.
 */
export async function checkFormats(definition: FormatSettings): Promise<void> {
  const failures = [...(await checkDiskFormats(definition)), ...checkReference(definition)];
  if (failures.length > 0) throw new BuildFailure(failures);
}

async function checkDiskFormats(definition: FormatSettings): Promise<readonly Failure[]> {
  const { formats, qemuImgOptions: options = '', places } = definition;
  const unknown = formatsToAskFor(formats);
  const withOptions =
    options === '' ? [] : formats.filter((format) => !isTreeFormat(format) && format !== 'raw');
  const tried = [...new Set([...unknown, ...withOptions])];
  if (tried.length === 0) return [];
  const failures: Failure[] = [];
  for (const format of tried) {
    const place = places.get(`formats.${formats.indexOf(format)}`);
    const problem = unknown.includes(format) ? await tryFormat(format, '') : undefined;
    if (problem !== undefined) {
      const near = nearName(format, imageFormats) ?? nearName(format, await listedFormats());
      failures.push({ code: 'format-unknown', format, near, reason: problem, place });
      continue;
    }
    const reason = options === '' ? undefined : await tryFormat(format, options);
    if (reason !== undefined) {
      const where = places.get('qemu-img-options');
      failures.push({ code: 'format-options-invalid', format, options, reason, place: where });
    }
  }
  return failures;
}

/** Writes a disk of one MiB in the format. @returns what qemu-img has against it. */
async function tryFormat(format: string, options: string): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-format-'));
  try {
    const disk = join(folder, 'disk');
    await writeFile(disk, '');
    await truncate(disk, 1 << 20);
    const driver = format === 'vhd' ? 'vpc' : format;
    const extra = options === '' ? [] : ['-o', options];
    const args = ['convert', '-q', '-f', 'raw', '-O', driver, ...extra, disk, join(folder, 'image')];
    const tried = await runCommand({ file: 'qemu-img', args });
    return tried.ok ? undefined : (tried.stderr.trim() || tried.status).replaceAll(`${folder}/`, '');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Formats that `qemu-img --help` lists; those that are no files among them do no harm. */
async function listedFormats(): Promise<readonly string[]> {
  const help = await runCommand({ file: 'qemu-img', args: ['--help'] });
  return /^Supported formats: (.*)$/m.exec(help.stdout)?.[1]?.split(' ') ?? [];
}

function checkReference({ formats, dockerTarget, places }: FormatSettings): readonly Failure[] {
  if (dockerTarget === undefined || !formats.some(isContainerFormat)) return [];
  if (parseContainerReference(dockerTarget) !== undefined) return [];
  const expected = `expected the name of a container image, such as registry.example/name:tag, found '${dockerTarget}'`;
  const place = places.get('docker-target');
  return [{ code: 'definition-wrong-value', key: 'docker-target', expected, place }];
}
