import { posix } from 'node:path';
import type { Digest } from '../fingerprint/digest.ts';
import { byteOrder } from '../util/byte-order.ts';
import type { Element, ElementFile } from './element.ts';

/** One file of the directory in which the hooks of all elements lie together. */
export interface HookFile {
  /** Below the hooks directory: `install.d/10-web`, `static/etc/motd`, `source-repository-agent`. */
  readonly path: string;
  /** 0o755 or 0o644; 0o777 for a symbolic link. Folders are 0o755. */
  readonly mode: number;
  readonly kind: 'file' | 'symlink';
  /** The bytes, or the link's target. */
  readonly content: Buffer;
  readonly digest: Digest;
  /** Name of the element that it comes from. */
  readonly element: string;
}

/** Several elements have a file of one path. `elements` is in byte order; the last of them wins. */
export interface SharedHookPath {
  readonly path: string;
  readonly elements: readonly string[];
}

export interface MergedHooks {
  /** In byte order of their paths. */
  readonly files: readonly HookFile[];
  /** Not allowed: two files directly in one hook folder, or a file where another element has a folder. */
  readonly collisions: readonly SharedHookPath[];
  /** Allowed, but something is lost: the files differ and only one is there. */
  readonly overwrites: readonly SharedHookPath[];
}

/**
 * Lays the hooks of all elements together, as diskimage-builder's `generate_hooks` does.
 *
 * Each folder at the top of an element is merged into the folder of that name. Directly in it
 * (`install.d/10-web`) a path may be taken once, and hidden files are left out; deeper (`static/etc/motd`), and
 * for files at the top of the element (`source-repository-agent`), several elements may have one path. Which of
 * them wins is left to chance by diskimage-builder; here it is the last element in byte order of the names.
 *
 * Pure, and the order of `elements` does not count.
 */
export function mergeHooks(elements: readonly Element[]): MergedHooks {
  const claims = new Map<string, HookFile[]>();
  for (const element of elements.toSorted((a, b) => byteOrder(a.name, b.name))) {
    for (const file of element.files.filter((it) => isMerged(it.path))) {
      claims.set(file.path, [...(claims.get(file.path) ?? []), hookFileOf(file, element.name)]);
    }
  }
  const shared = [...claims].filter(([, claimants]) => claimants.length > 1).map(([path]) => path);
  const collisions = new Set([...shared.filter(isFirstLevel), ...filesWhereFoldersAre(claims)]);
  const overwrites = shared.filter(
    (path) => !collisions.has(path) && !isReadFromElements(path) && differ(claims.get(path) ?? []),
  );
  const named = (path: string): SharedHookPath => ({ path, elements: elementsAt(path, claims) });
  return {
    files: [...claims.values()].flatMap((it) => it.slice(-1)).toSorted((a, b) => byteOrder(a.path, b.path)),
    collisions: [...collisions].toSorted(byteOrder).map(named),
    overwrites: overwrites.toSorted(byteOrder).map(named),
  };
}

function hookFileOf(file: ElementFile, element: string): HookFile {
  const { path, mode, kind, content, digest } = file;
  return { path, mode, kind, content, digest, element };
}

/** Hidden files directly in a hook folder are not taken; hidden folders and files at the top are. */
function isMerged(path: string): boolean {
  return path.split('/')[1]?.startsWith('.') !== true;
}

function isFirstLevel(path: string): boolean {
  return path.split('/').length === 2;
}

/** Files at the top that each element keeps for itself: what reads them looks into the elements, not among the hooks. */
function isReadFromElements(path: string): boolean {
  return !path.includes('/') && !path.startsWith('source-repository-');
}

function differ(claimants: readonly HookFile[]): boolean {
  return new Set(claimants.map((it) => `${it.kind} ${it.mode} ${it.digest}`)).size > 1;
}

/** Paths that are a file in one element and a folder in another. */
function filesWhereFoldersAre(claims: ReadonlyMap<string, readonly HookFile[]>): string[] {
  const folders = new Set<string>();
  for (const path of claims.keys()) {
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder))
      folders.add(folder);
  }
  return [...folders].filter((folder) => claims.has(folder));
}

function elementsAt(path: string, claims: ReadonlyMap<string, readonly HookFile[]>): readonly string[] {
  const below = [...claims].filter(([other]) => other === path || other.startsWith(`${path}/`));
  return [...new Set(below.flatMap(([, claimants]) => claimants.map((it) => it.element)))].toSorted(
    byteOrder,
  );
}
