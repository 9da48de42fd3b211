import { type ComparedFile, type ComparedTree, octalMode } from './compared-tree.ts';
import { readTar, type TarEntry } from './read-tar.ts';

const kinds: Readonly<Record<string, string>> = {
  '0': 'file',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};

/** The files of a tar archive, hard links as the files that they are. */
export async function openTarTree(
  file: string,
): Promise<ComparedTree & { readonly readFile: (path: string) => Promise<Buffer | undefined> }> {
  const { entries } = await readTar(file);
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const files = new Map<string, ComparedFile>();
  const digests = new Map<string, string>();
  for (const entry of entries.filter(({ path }) => path !== '/')) {
    const content = entry.type === '1' ? behindLink(entry, byPath) : entry;
    const kind = kinds[content.type] ?? 'other';
    files.set(entry.path, {
      kind,
      mode: octalMode(content.mode),
      owner: `${content.uid}:${content.gid}`,
      sizeBytes: kind === 'file' ? content.sizeBytes : 0,
      target: kind === 'symlink' ? content.target : '',
    });
    digests.set(entry.path, content.digest);
  }
  return {
    files,
    digests: async (paths) => new Map(paths.map((path) => [path, digests.get(path) ?? ''])),
    readFile: async (path) => (await readTar(file, path)).kept,
  };
}

function behindLink(link: TarEntry, byPath: ReadonlyMap<string, TarEntry>): TarEntry {
  return byPath.get(`/${link.target.replace(/^\.?\//, '')}`) ?? link;
}
