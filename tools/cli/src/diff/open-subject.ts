import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import type { ImageManifest } from '@kiln/engine/execute/artifacts/image-manifest.ts';
import { parsePackages } from '@kiln/engine/execute/artifacts/tree-contents.ts';
import { imageNames, outputDirectory, type Workspace } from '../app/workspace.ts';
import type { ComparedTree } from './compared-tree.ts';
import { openDiskTree } from './open-disk-tree.ts';
import { openTarTree } from './open-tar-tree.ts';

/** One side of a comparison. */
export interface Subject {
  /** As the user named it. */
  readonly name: string;
  /** Undefined for an artifact without one. */
  readonly manifest: ImageManifest | undefined;
  /** A file from which the tree can be read; undefined where there is none. */
  readonly artifact: string | undefined;
  /** The user named the artifact itself, so that is what is compared, whatever a manifest beside it says. */
  readonly reads: 'artifact' | 'layers if possible';
}

/** Finds what is meant: an image of the workspace, a manifest, an output directory, or an artifact. Fails where it is none. */
export function findSubject(name: string, workspace: Workspace | undefined): Subject {
  const [image = name, configuration] = name.split(':');
  const images = workspace === undefined ? [] : imageNames(workspace);
  if (workspace !== undefined && images.includes(image))
    return ofDirectory(name, outputDirectory(workspace, image, configuration));
  if (!existsSync(name)) {
    if (workspace !== undefined && !name.includes('/'))
      fail({ code: 'image-not-found', image: name, near: nearName(name, images) });
    fail({ code: 'artifact-unreadable', file: name, reason: 'there is no such file' });
  }
  const path = resolve(name);
  if (statSync(path).isDirectory()) return ofDirectory(name, path);
  if (basename(path).endsWith('.json')) return ofManifest(name, path);
  const manifest = readManifestFile(join(dirname(path), 'manifest.json'));
  const isOfBuild = manifest?.artifacts.some(({ file }) => file === basename(path)) === true;
  return { name, manifest: isOfBuild ? manifest : undefined, artifact: path, reads: 'artifact' };
}

function ofDirectory(name: string, directory: string): Subject {
  const file = join(directory, 'manifest.json');
  if (!existsSync(file)) fail({ code: 'not-built', what: name, directory });
  return ofManifest(name, file);
}

function ofManifest(name: string, file: string): Subject {
  const manifest = readManifestFile(file);
  if (manifest === undefined)
    return fail({ code: 'artifact-unreadable', file, reason: 'it is not a manifest of Kiln' });
  const artifact = manifest.artifacts
    .map((it) => join(dirname(file), it.file))
    .find((path) => existsSync(path) && /\.(qcow2|raw|tar|tgz|vmdk|vdi|vhdx?|vpc)$/.test(path));
  return { name, manifest, artifact, reads: 'layers if possible' };
}

function readManifestFile(file: string): ImageManifest | undefined {
  try {
    const parsed = JSON.parse(readFileSync(file, 'utf8')) as Partial<ImageManifest>;
    return parsed.formatVersion === 1 && Array.isArray(parsed.layers) ? (parsed as ImageManifest) : undefined;
  } catch {
    return undefined;
  }
}

/** A tree read from an artifact, with the packages that its database has. */
export interface ArtifactTree extends ComparedTree {
  readonly packages: () => Promise<ReadonlyMap<string, string>>;
  readonly close: () => Promise<void>;
}

/** Opens an artifact by its format: archives by their ending, all else as a disk. */
export async function openArtifactTree(file: string): Promise<ArtifactTree> {
  const isArchive = /\.(tar|tgz|tar\.gz)$/.test(file);
  const close = async (): Promise<void> => {};
  const tree = isArchive ? { ...(await openArchive(file)), close } : await openDiskTree(file);
  return {
    ...tree,
    packages: async () => {
      const status = await tree.readFile('/var/lib/dpkg/status');
      return packageVersions(parsePackages(status?.toString('utf8') ?? ''));
    },
  };
}

async function openArchive(file: string): ReturnType<typeof openTarTree> {
  return openTarTree(file).catch((error: Error) =>
    fail({ code: 'artifact-unreadable', file, reason: error.message }),
  );
}

/** Versions by package; where two architectures of one are there, by `name:architecture`. */
export function packageVersions(packages: ImageManifest['packages']): ReadonlyMap<string, string> {
  const names = new Map<string, number>();
  for (const { name } of packages) names.set(name, (names.get(name) ?? 0) + 1);
  return new Map(
    packages.map(({ name, version, architecture }) => [
      (names.get(name) ?? 0) > 1 ? `${name}:${architecture}` : name,
      version,
    ]),
  );
}
