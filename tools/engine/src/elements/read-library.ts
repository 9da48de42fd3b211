import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOf } from '../fingerprint/digest.ts';
import { byteOrder } from '../util/byte-order.ts';
import type { Element } from './element.ts';
import { fileState } from './element-files.ts';
import type { HookFile } from './merge-hooks.ts';

/**
 * The shell functions of diskimage-builder that host hooks find in `$_LIB`: those that are installed beside its elements, where elements
 * of an image are its own. A few of them read this folder (`ramdisk`, `uboot`, `select-boot-kernel-initrd`).
 *
 * @returns nothing where no element mentions `_LIB`, or no such folder is there.
 */
export function readLibrary(elements: readonly Element[]): readonly HookFile[] {
  const users = elements.filter((element) =>
    element.files.some((file) => file.kind === 'file' && file.content.includes('_LIB')),
  );
  const [folder] = users
    .map(({ directory }) => dirname(directory))
    .toSorted(byteOrder)
    .flatMap(libraryBeside);
  return folder === undefined
    ? []
    : libraryNames(folder).map((name) => libraryFile(name, readFileSync(join(folder, name))));
}

/** Tells the state of the library beside a folder of elements, as `signElement` does of an element. */
export function signLibrary(elementsFolder: string): string {
  return libraryBeside(elementsFolder)
    .flatMap((folder) => libraryNames(folder).map((name) => `${name} ${fileState(join(folder, name))}`))
    .join('\n');
}

/** The library that is installed beside a folder of elements, if there is one. */
function libraryBeside(elementsFolder: string): readonly string[] {
  const folder = join(elementsFolder, '../lib');
  return existsSync(join(folder, 'common-functions')) ? [folder] : [];
}

function libraryNames(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !isCommand.test(entry.name))
    .map(({ name }) => name)
    .toSorted(byteOrder);
}

/** Beside the functions lie commands, which nobody sources. */
const isCommand = /image-create$|\.py$/;

function libraryFile(path: string, content: Buffer): HookFile {
  return {
    path,
    mode: 0o755,
    kind: 'file',
    content,
    digest: digestOf(content),
    element: 'diskimage-builder',
  };
}
