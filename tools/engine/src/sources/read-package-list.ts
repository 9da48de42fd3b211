import { readFile } from 'node:fs/promises';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { fail } from '../diagnostics/failure.ts';
import { runCommand } from '../util/run-command.ts';
import type { IndexFile } from './fetch-apt-index.ts';

/** A package as a repository offers it. */
export interface OfferedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** Reads a Packages file of a repository, compressed as its name says, as far as the packages of these names go. */
export async function readPackageList(
  list: IndexFile,
  names: ReadonlySet<string>,
): Promise<readonly OfferedPackage[]> {
  return parsePackageList(await readCompressed(list), names);
}

/** Parses a Packages file (deb822, one paragraph a package), as far as the packages of these names go. */
export function parsePackageList(text: string, names: ReadonlySet<string>): readonly OfferedPackage[] {
  return text.split(/\n\n+/).flatMap((paragraph) => {
    const field = (name: string): string => new RegExp(`^${name}: *(.*)$`, 'm').exec(paragraph)?.[1] ?? '';
    const name = field('Package');
    if (!names.has(name)) return [];
    return [{ name, version: field('Version'), architecture: field('Architecture') }];
  });
}

async function readCompressed({ path, file }: IndexFile): Promise<string> {
  const ending = /\.(xz|lzma|bz2|gz|zst)$/.exec(path)?.[1];
  if (ending === 'gz') return gunzipSync(await readFile(file)).toString('utf8');
  if (ending === 'zst') return zstdDecompressSync(await readFile(file)).toString('utf8');
  if (ending === undefined) return readFile(file, 'utf8');
  const tool = ending === 'bz2' ? 'bzip2' : 'xz';
  const command = { file: tool, args: ['--decompress', '--stdout', '--', file] };
  const unpacked = await runCommand(command);
  if (unpacked.ok) return unpacked.stdout;
  const neededFor = 'lists of packages';
  if (unpacked.exitCode === undefined && tool === 'xz')
    fail({ code: 'host-tool-missing', tool, debianPackage: 'xz-utils', neededFor });
  if (unpacked.exitCode === undefined) fail({ code: 'host-tool-missing', tool, neededFor });
  const { status, stderr: output } = unpacked;
  return fail({ code: 'command-failed', command: `${tool} ${command.args.join(' ')}`, status, output });
}
