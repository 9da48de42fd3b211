import { basename } from 'node:path/posix';
import { globTree } from '../../disk/glob-tree.ts';
import type { DiskTree } from '../../disk/open-tree.ts';

/** A kernel in `/boot`, and what belongs to it. */
export interface InstalledKernel {
  readonly file: string;
  readonly version: string;
  readonly initrd: string | undefined;
  /** `/lib/modules/<version>`; undefined where there is none. */
  readonly modulesDirectory: string | undefined;
}

/** Finds the kernels of an image, in byte order; links such as `/boot/vmlinuz` do not count. */
export async function findKernels(tree: DiskTree): Promise<readonly InstalledKernel[]> {
  const files = await globTree(tree, '/boot/vmlinuz-*');
  const kernels = await Promise.all(
    files.map(async (file) => {
      if ((await tree.stat(file))?.kind !== 'file') return undefined;
      const version = basename(file).slice('vmlinuz-'.length);
      const modules = `/lib/modules/${version}`;
      return {
        file,
        version,
        initrd: await findInitrd(tree, version),
        modulesDirectory: (await tree.statTarget(modules))?.kind === 'directory' ? modules : undefined,
      };
    }),
  );
  return kernels.filter(
    (kernel) => kernel !== undefined && !kernel.version.includes('rescue'),
  ) as InstalledKernel[];
}

/** Names of initramfs-tools, dracut on Debian, and dracut elsewhere. */
async function findInitrd(tree: DiskTree, version: string): Promise<string | undefined> {
  for (const name of [`initrd.img-${version}`, `initramfs-${version}.img`, `initrd-${version}`]) {
    const entry = await tree.statTarget(`/boot/${name}`);
    if (entry?.kind === 'file' && entry.sizeBytes > 0) return `/boot/${name}`;
  }
  return undefined;
}

/** Names of the modules of a kernel, loadable and built in, with `_` for `-` as the kernel has them. */
export async function readModuleNames(tree: DiskTree, kernel: InstalledKernel): Promise<ReadonlySet<string>> {
  const directory = kernel.modulesDirectory;
  if (directory === undefined) return new Set();
  const [dependencies = '', builtIn = ''] = await Promise.all([
    tree.readText(`${directory}/modules.dep`),
    tree.readText(`${directory}/modules.builtin`),
  ]);
  const lines = `${dependencies}\n${builtIn}`.split('\n');
  return new Set(lines.map((line) => moduleName(line.split(':')[0] ?? '')).filter((name) => name !== ''));
}

/** Name of a module as the kernel spells it, from its name or its file. */
export function moduleName(nameOrFile: string): string {
  return basename(nameOrFile.trim())
    .replace(/\.ko(?:\.\w+)?$/u, '')
    .replaceAll('-', '_');
}
