import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CreateNodesResult } from '@nx/devkit';
import type { Workspace } from '@kiln/cli/app/workspace.ts';
import { fileState, signElement } from '@kiln/engine/elements/element-files.ts';
import { signLibrary } from '@kiln/engine/elements/read-library.ts';
import { secretDigest } from '@kiln/engine/elements/secret-variables.ts';
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
  const states = new Map<string, string>();
  const once = (path: string, stateOf: (path: string) => string): string => {
    const state = states.get(path) ?? stateOf(path);
    states.set(path, state);
    return state;
  };
  const common = signCommon(workspace, environment);
  const definitionOf = (image: string) => join(workspace.root, 'images', image, 'image.yaml');
  const signDefinition = (image: string) => once(definitionOf(image), (path) => fileState(path));
  const noteElement = (folder: string) => once(folder, signElement);
  const signatureOf = (image: string, elementFolders: readonly string[]): string =>
    digestOf([common, signDefinition(image), ...elementFolders.map(noteElement)].join('\n'));
  const fileOf = (image: string) => join(workspace.root, '.nx/kiln', `${image}.json`);
  return {
    note: (folder) => void noteElement(folder),
    recall: (image) => {
      const remembered = readRemembered(fileOf(image));
      // Signed before the image is analysed, as are the folders.
      signDefinition(image);
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

/** What all images depend on: which elements there are, Kiln itself, and the variables that hooks may see, secrets among them. */
function signCommon(workspace: Workspace, environment: Readonly<Record<string, string | undefined>>): string {
  const tools = join(import.meta.dirname, '../..');
  const variables = Object.entries(environment)
    .filter(([name]) => !isSessionVariable(name))
    .map(([name, value]) => `${name}=${value}`);
  return digestOf(
    [
      process.arch,
      ...['engine/src', 'engine/known-elements', 'cli/src/app', 'nx-plugin/src'].flatMap((folder) =>
        signSources(join(tools, folder)),
      ),
      ...workspace.elementPath.flatMap((folder) => [folder, ...namesIn(folder), signLibrary(folder)]),
      secretDigest('environment', variables.toSorted().join('\0')),
    ].join('\0'),
  );
}

function signSources(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted()
    .map((path) => `${path} ${fileState(path)}`);
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
