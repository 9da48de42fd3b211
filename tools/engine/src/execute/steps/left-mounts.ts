import type { KeptMount } from '../../layers/layer-record.ts';
import type { CacheMount } from '../../plan/build-plan.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import type { StepName } from '../../plan/step.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';

/** What hooks left mounted below the target root. */
export interface LeftMounts {
  /** In the order in which they were made. */
  readonly kept: readonly KeptMount[];
  /** Absolute paths in the tree of mounts that cannot be made again: loop devices, overlays, folders of the step alone. */
  readonly lost: readonly string[];
}

/**
 * Steps at whose beginning the mounts are made that hooks of steps before left. After post-root diskimage-builder unmounts everything, and
 * does not mount it again.
 */
const stepsWithMounts: ReadonlySet<StepName> = new Set<StepName>([
  'extra-data',
  'pre-install',
  'install',
  'post-install',
  'post-root',
]);

/** Whether a step finds what was left mounted by those before it. */
export function findsMounts(step: StepName): boolean {
  return stepsWithMounts.has(step);
}

/** Whether what a step leaves mounted is there for later ones. */
export function leavesMounts(step: StepName): boolean {
  return step === 'root' || (stepsWithMounts.has(step) && step !== 'post-root');
}

interface MountEntry {
  readonly device: string;
  /** Of the mounted file system: what of it is shown. */
  readonly root: string;
  readonly path: string;
  readonly options: readonly string[];
  readonly type: string;
  readonly superOptions: readonly string[];
}

const inTarget = `${sandboxPaths.targetRoot}/`;

/** Folders of the sandbox that every step has. */
const constantFolders = [
  sandboxPaths.imageCache,
  sandboxPaths.hooks,
  sandboxPaths.elements,
  sandboxPaths.targetRoot,
];

/**
 * Finds in a mount table (`/proc/self/mountinfo`, proc(5)) what hooks left below the target root. The mounts of the framework itself are
 * none of it: the pseudo filesystems, package caches, the hooks directory. Pure.
 */
export function findLeftMounts(mountInfo: string, caches: readonly CacheMount[]): LeftMounts {
  const entries = mountInfo
    .split('\n')
    .filter((line) => line !== '')
    .map(parseEntry);
  const own = new Set(caches.map(({ path }) => path));
  const left = entries.filter(({ path }) => path.startsWith(inTarget) && !isOwn(pathInTree(path), own));
  // Of several at one place the last is seen.
  const topmost = [...new Map(left.map((entry) => [entry.path, entry])).values()];
  const kept: KeptMount[] = [];
  const lost: string[] = [];
  for (const entry of topmost) {
    const mount = keptMount(entry, entries);
    if (mount === undefined) lost.push(pathInTree(entry.path));
    else kept.push(mount);
  }
  return { kept, lost };
}

/** Mount points of a mount table. Pure. */
export function mountPointsOf(mountInfo: string): readonly string[] {
  return mountInfo.split('\n').flatMap((line) => (line === '' ? [] : [parseEntry(line).path]));
}

function parseEntry(line: string): MountEntry {
  const [before = '', after = ''] = line.split(' - ');
  const [, , device = '', root = '', path = '', options = ''] = before.split(' ');
  const [type = '', , superOptions = ''] = after.split(' ');
  return {
    device,
    root: unescaped(root),
    path: unescaped(path),
    options: options.split(','),
    type,
    superOptions: superOptions.split(','),
  };
}

/** White space and backslashes stand as octal numbers. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

function pathInTree(path: string): string {
  return path.slice(sandboxPaths.targetRoot.length);
}

function isOwn(path: string, caches: ReadonlySet<string>): boolean {
  return /^\/(proc|sys|dev)(\/|$)/.test(path) || path === '/tmp/in_target.d' || caches.has(path);
}

/** File systems that can be made again out of nothing, and what of their options says how. */
const selfContained: Readonly<Record<string, RegExp>> = {
  tmpfs: /^(size|mode|uid|gid|nr_inodes)=/,
  proc: /^hidepid=/,
  sysfs: /^$/,
  mqueue: /^$/,
};

function keptMount(entry: MountEntry, all: readonly MountEntry[]): KeptMount | undefined {
  const shared = { path: pathInTree(entry.path), readOnly: entry.options.includes('ro') };
  const source = sourceOf(entry, all);
  if (source !== undefined) return { ...shared, type: 'bind', source, options: '' };
  const telling = selfContained[entry.type];
  if (telling === undefined || entry.root !== '/') return undefined;
  const options = entry.superOptions.filter((option) => telling.test(option)).join(',');
  return { ...shared, type: entry.type, source: entry.type, options };
}

/** Where what is mounted can be seen as well: in the sandbox's own folders, or on the host. */
function sourceOf(entry: MountEntry, all: readonly MountEntry[]): string | undefined {
  const isBelow = (path: string, folder: string): boolean =>
    folder === '/' || path === folder || path.startsWith(`${folder}/`);
  const covers = all
    .filter((other) => other.device === entry.device && isBelow(entry.root, other.root))
    .filter(({ path }) => !path.startsWith(inTarget))
    .toSorted((a, b) => b.root.length - a.root.length || rank(a.path) - rank(b.path));
  const [nearest] = covers;
  if (nearest === undefined) return undefined;
  const rest = nearest.root === '/' ? entry.root : entry.root.slice(nearest.root.length);
  const source = `${nearest.path === '/' ? '' : nearest.path}${rest === '/' ? '' : rest}` || '/';
  const isOurs = isBelow(source, sandboxPaths.build);
  return !isOurs || constantFolders.some((folder) => isBelow(source, folder)) ? source : undefined;
}

function rank(path: string): number {
  return path.startsWith(sandboxPaths.build) ? 0 : 1;
}

/** The entry of a mount in the keys of the steps that find it. What it shows counts for nothing: it is in no layer. */
export function describeMount({ type, source, options, readOnly }: KeptMount): string {
  return [type, ...(type === 'bind' ? [source] : []), options, readOnly ? 'ro' : 'rw'].join(' ');
}

/** Makes mounts again that hooks of an earlier step left. */
export async function remakeMounts(sandbox: Sandbox, mounts: readonly KeptMount[]): Promise<void> {
  if (mounts.length === 0) return;
  const words = mounts.flatMap(({ path, type, source, options, readOnly }) => [
    `${sandboxPaths.targetRoot}${path}`,
    type,
    source,
    options,
    readOnly ? 'ro' : 'rw',
  ]);
  await sandbox.run(['bash', '--norc', '-c', remakeScript, 'kiln-mounts', sandboxPaths.imageCache, ...words]);
}

/** A folder of the image cache may have been cleared away since. */
const remakeScript = `set -eu
cache=$1; shift
while [ $# -gt 0 ]; do
  target=$1 type=$2 source=$3 options=$4 access=$5; shift 5
  if [ "$type" = bind ]; then
    case $source in "$cache"/*) [ -e "$source" ] || mkdir -p "$source" ;; esac
    mount --bind "$source" "$target"
    [ "$access" = rw ] || mount -o remount,bind,ro "$target"
  else
    mount -t "$type" -o "$access\${options:+,$options}" "$source" "$target"
  fi
done`;
