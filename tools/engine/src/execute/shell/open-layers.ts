import type { Digest } from '../../fingerprint/digest.ts';
import { mountOverlay } from '../../layers/mount-layers.ts';
import { openSandbox, type Sandbox } from '../../sandbox/open-sandbox.ts';
import { openWorkFolder } from '../../store/work-folder.ts';
import type { FileKind, ListedFile } from '../../util/listed-file.ts';
import type { BuildRequest } from '../build-request.ts';
import { withWorkbench } from '../prepare-build.ts';
import type { Workbench } from '../workbench.ts';

/** A tree of layers, mounted for reading. */
export interface MountedTree {
  readonly list: () => Promise<readonly ListedFile[]>;
  /** SHA-256 of regular files, by path. */
  readonly digests: (paths: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/**
 * Mounts trees of layers beside one another, read-only, for as long as `body` runs.
 *
 * @param trees digests of layers, bottom first.
 * @returns undefined where the store lacks a layer.
 */
export async function withLayers<T>(
  request: Omit<BuildRequest, 'image'>,
  trees: readonly (readonly Digest[])[],
  body: (trees: readonly MountedTree[]) => Promise<T>,
): Promise<T | undefined> {
  return withWorkbench(request, async (bench) => {
    const files: (readonly string[])[] = [];
    for (const tree of trees) {
      const located = await locateAll(bench, tree);
      if (located === undefined) return undefined;
      files.push(located);
    }
    const folder = await openWorkFolder(bench.store.paths.work, bench.asRoot);
    try {
      const sandbox = await openSandbox(folder.path, bench.privilege, bench.signal);
      try {
        const mounted: MountedTree[] = [];
        for (const [index, layerFiles] of files.entries()) {
          const name = `tree${index}`;
          mounted.push(
            mountedTree(sandbox, await mountOverlay(sandbox.run, { name, layerFiles, writable: 'no' })),
          );
        }
        return await body(mounted);
      } finally {
        await sandbox.close();
      }
    } finally {
      await folder.close();
    }
  });
}

async function locateAll(
  bench: Workbench,
  digests: readonly Digest[],
): Promise<readonly string[] | undefined> {
  const files: string[] = [];
  for (const digest of digests) {
    const file = await bench.store.locate(digest);
    if (file === undefined) return undefined;
    files.push(file);
  }
  return files;
}

function mountedTree({ run }: Sandbox, folder: string): MountedTree {
  return {
    list: async () => {
      const format = '%y %m %U %G %s\\0/%P\\0%l\\0';
      const found = await run(['find', folder, '-mindepth', '1', '-printf', format]);
      return parseListing(found.stdout);
    },
    digests: async (paths) => {
      if (paths.length === 0) return new Map();
      const input = paths.map((path) => `.${path}\0`).join('');
      const summed = await run(['env', '-C', folder, 'xargs', '-0', 'sha256sum', '--zero', '--'], { input });
      return new Map(
        summed.stdout
          .split('\0')
          .filter((line) => line !== '')
          .map((line) => [line.slice(67), line.slice(0, 64)] as const),
      );
    },
  };
}

/** Letters of find's `%y`. */
const kinds: Readonly<Record<string, FileKind>> = {
  f: 'file',
  d: 'directory',
  l: 'symlink',
  c: 'character-device',
  b: 'block-device',
  p: 'fifo',
  s: 'socket',
};

function parseListing(text: string): readonly ListedFile[] {
  const words = text.split('\0');
  const files: ListedFile[] = [];
  for (let index = 0; index + 2 < words.length; index += 3) {
    const [type = '', mode = '', uid, gid, size] = (words[index] ?? '').split(' ');
    const kind = kinds[type] ?? 'file';
    files.push({
      path: words[index + 1] ?? '',
      kind,
      mode: Number.parseInt(mode, 8),
      uid: Number(uid),
      gid: Number(gid),
      sizeBytes: kind === 'file' ? Number(size) : 0,
      target: words[index + 2] ?? '',
    });
  }
  return files;
}
