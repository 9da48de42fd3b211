import type { ListedFile } from '@kiln/engine/util/listed-file.ts';
import { findContainerLayer } from '@kiln/testkit/disk/find-container-layer.ts';
import { comparedFiles, type ComparedTree } from './compared-tree.ts';
import { readTar, type TarEntry } from './read-tar.ts';

/** The files of a tar archive, or of the layer of a container image in one, hard links as the files that they are. */
export async function openTarTree(
  file: string,
): Promise<ComparedTree & { readonly readFile: (path: string) => Promise<Buffer | undefined> }> {
  const within = await findContainerLayer(file);
  const { entries } = await readTar(file, { within });
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const files: ListedFile[] = [];
  const digests = new Map<string, string>();
  for (const { path } of entries.filter((entry) => entry.path !== '/')) {
    const content = behindLinks(path, byPath);
    if (content === undefined) continue;
    files.push({ ...content, path });
    digests.set(path, content.digest);
  }
  return {
    files: comparedFiles(files),
    digests: async (paths) => new Map(paths.map((path) => [path, digests.get(path) ?? ''])),
    readFile: async (path) => (await readTar(file, { keep: path, within })).kept,
  };
}

/** The file that a name is for; undefined for a hard link that leads nowhere. */
function behindLinks(
  path: string,
  byPath: ReadonlyMap<string, TarEntry>,
): (ListedFile & { readonly digest: string }) | undefined {
  const entry = byPath.get(path);
  if (entry === undefined) return undefined;
  const { kind } = entry;
  if (kind !== 'hard-link') return { ...entry, kind };
  return entry.target === path ? undefined : behindLinks(entry.target, byPath);
}
