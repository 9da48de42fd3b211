import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** A folder with `elements/` and `images/`, and where its builds keep things. All paths absolute. */
export interface Workspace {
  readonly root: string;
  /** Searched in order: the workspace's own elements, then ELEMENTS_PATH. */
  readonly elementPath: readonly string[];
  readonly store: string;
  readonly work: string | undefined;
  /** Offline: use only what was fetched before. */
  readonly network: 'online' | 'offline';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The workspace around a folder: the nearest one above that has `images/` or `elements/` beside `nx.json`. */
export function findWorkspaceRoot(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'nx.json'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** What the environment says of a workspace: ELEMENTS_PATH, KILN_STORE, KILN_WORK, KILN_OFFLINE (or DIB_OFFLINE). */
export function openWorkspace(root: string, environment: Environment): Workspace {
  const beside = (environment['ELEMENTS_PATH'] ?? '').split(':').filter((entry) => entry !== '');
  return {
    root,
    elementPath: [join(root, 'elements'), ...beside.map((entry) => resolve(root, entry))],
    store: storeDirectory(environment),
    work: environment['KILN_WORK'],
    network: isSet(environment['KILN_OFFLINE']) || isSet(environment['DIB_OFFLINE']) ? 'offline' : 'online',
  };
}

/** `KILN_STORE`, by default `kiln` below the user's cache folder (XDG Base Directory Specification). */
export function storeDirectory(environment: Environment): string {
  const given = environment['KILN_STORE'];
  if (given !== undefined && given !== '') return resolve(given);
  const cache = environment['XDG_CACHE_HOME'];
  return join(
    cache !== undefined && cache !== '' ? cache : join(environment['HOME'] ?? homedir(), '.cache'),
    'kiln',
  );
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}

/** Names of the workspace's images, in byte order. */
export function imageNames(workspace: Pick<Workspace, 'root'>): readonly string[] {
  const folder = join(workspace.root, 'images');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'image.yaml')))
    .toSorted();
}

/** Where an image's lock stands. */
export function lockFileOf(workspace: Pick<Workspace, 'root'>, image: string): string {
  return join(workspace.root, 'images', image, 'image.lock.json');
}

/** Where an image's artifacts, records and logs go; a configuration has a folder of its own. */
export function outputDirectory(
  workspace: Workspace,
  image: string,
  configuration: string | undefined,
): string {
  return join(
    workspace.root,
    'dist/images',
    configuration === undefined ? image : `${image}.${configuration}`,
  );
}
