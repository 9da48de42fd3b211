import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CreateNodesResult } from '@nx/devkit';
import type { Workspace } from '@kiln/cli/app/workspace.ts';
import { isSessionVariable } from '@kiln/engine/elements/select-environment.ts';
import { digestOf } from '@kiln/engine/fingerprint/digest.ts';

/** What Nx is told of an image. */
export interface ImageAnalysis {
  readonly nodes: CreateNodesResult;
  /** Elements that its definition names. */
  readonly namedElements: readonly string[];
  /** Folders of all elements that were read for it. */
  readonly elementFolders: readonly string[];
}

/** An analysis as it is kept between commands of Nx. */
interface Remembered extends ImageAnalysis {
  readonly signature: string;
}

/**
 * Keeps what Nx is told of each image in `.nx/kiln/`, for as long as nothing changed that it was made of: every command of Nx asks
 * for all images, and to plan them takes some 20 ms for each configuration.
 *
 * What it was made of is told by kind, mode, size and change time of files, not by what is in them: the definition, the folders
 * of its elements, the names of all elements, Kiln's own sources, and the caller's variables.
 */
export interface ImageMemory {
  /** To be called before a folder is read: a change in between then shows at the next command. */
  readonly note: (folder: string) => void;
  readonly recall: (image: string) => ImageAnalysis | undefined;
  readonly keep: (image: string, analysis: ImageAnalysis) => void;
}

export function openImageMemory(
  workspace: Workspace,
  environment: Readonly<Record<string, string | undefined>>,
): ImageMemory {
  const signatures = new Map<string, string>();
  const sign = (path: string): string => {
    const known = signatures.get(path) ?? signPath(path);
    signatures.set(path, known);
    return known;
  };
  const common = signCommon(workspace, environment);
  const definitionOf = (image: string) => join(workspace.root, 'images', image, 'image.yaml');
  const signatureOf = (image: string, elementFolders: readonly string[]): string =>
    digestOf([common, sign(definitionOf(image)), ...elementFolders.map(sign)].join('\n'));
  const fileOf = (image: string) => join(workspace.root, '.nx/kiln', `${image}.json`);
  return {
    note: (path) => void sign(path),
    recall: (image) => {
      const remembered = readRemembered(fileOf(image));
      // Signed before the image is analysed, as are the folders.
      sign(definitionOf(image));
      if (remembered === undefined) return undefined;
      return remembered.signature === signatureOf(image, remembered.elementFolders) ? remembered : undefined;
    },
    keep: (image, analysis) => {
      if (namesOtherFiles(definitionOf(image), environment)) return;
      const signature = signatureOf(image, analysis.elementFolders);
      writeRemembered(fileOf(image), { signature, ...analysis });
    },
  };
}

/** What all images depend on: which elements there are, Kiln itself, and the variables that hooks may see. */
function signCommon(workspace: Workspace, environment: Readonly<Record<string, string | undefined>>): string {
  const tools = join(import.meta.dirname, '../..');
  const variables = Object.entries(environment)
    .filter(([name]) => !isSessionVariable(name))
    .map(([name, value]) => `${name}=${value}`);
  return digestOf(
    [
      process.arch,
      ...['engine/src', 'engine/known-elements', 'cli/src/app', 'nx-plugin/src'].map((folder) =>
        signPath(join(tools, folder)),
      ),
      ...workspace.elementPath.flatMap((folder) => [folder, ...namesIn(folder)]),
      // diskimage-builder's shell functions lie beside its elements.
      ...workspace.elementPath.map((folder) => signPath(join(folder, '../lib'))),
      ...variables.toSorted(),
    ].join('\0'),
  );
}

/** A block device that stands in a file somewhere. */
function namesOtherFiles(
  definition: string,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  return (
    readFileSync(definition, 'utf8').includes('file://') ||
    environment['DIB_BLOCK_DEVICE_CONFIG']?.includes('file://') === true
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

/** A file, or a folder with all that is in it; links count by what they lead to. */
function signPath(path: string): string {
  const parts: string[] = [];
  const visit = (below: string): void => {
    const stat = statSync(below, { throwIfNoEntry: false });
    if (stat?.isDirectory() !== true) {
      parts.push(`${below} ${stat?.mode} ${stat?.size} ${stat?.ino} ${stat?.ctimeMs} ${stat?.mtimeMs}`);
      return;
    }
    parts.push(`${below}/`);
    for (const name of namesIn(below).filter((it) => !leftOut.test(it))) visit(join(below, name));
  };
  visit(path);
  return digestOf(parts.join('\n'));
}

/** Nothing that decides an image, and it comes and goes. */
const leftOut = /^(?:node_modules|__pycache__|\.git|tests)$/;

function readRemembered(file: string): Remembered | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Remembered;
  } catch {
    return undefined;
  }
}

/** Two commands may do this at once. */
function writeRemembered(file: string, remembered: Remembered): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(remembered));
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // A workspace that cannot be written to is only slower.
  }
}
