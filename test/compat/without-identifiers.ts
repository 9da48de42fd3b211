import { digestOf } from '@kiln/engine/fingerprint/digest.ts';
import type { ComparedTree } from '../../tools/cli/src/diff/compared-tree.ts';

/** Texts that name filesystems by UUIDs: diskimage-builder draws them, Kiln derives them. */
const texts = /^\/boot\/grub2?\/(?:grub\.cfg|[\w-]+\/load\.cfg)$/;

const uuid = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/g;

/** A tree in which GRUB's configuration files are equal if they differ only in UUIDs. */
export function withoutIdentifiers<T extends ComparedTree & { readonly readFile: ReadFile }>(tree: T): T {
  return {
    ...tree,
    digests: async (paths) => {
      const digests = new Map(await tree.digests(paths));
      for (const path of paths) {
        const content = texts.test(path) ? await tree.readFile(path) : undefined;
        if (content !== undefined) digests.set(path, digestOf(content.toString().replaceAll(uuid, 'UUID')));
      }
      return digests;
    },
  };
}

type ReadFile = (path: string) => Promise<Buffer | undefined>;
