import type { LayerRecord } from '../../layers/layer-record.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';
import { byteOrder } from '../../util/byte-order.ts';
import { readRpmDatabase } from '../../util/read-rpm-database.ts';

/** An installed package of the image. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** The source package that it was built from, where that has another name or version: `glibc`, or `gcc-12 (12.2.0-14)`. */
  readonly source?: string;
  /** Where it is not dpkg's. */
  readonly database?: 'rpm';
}

/** A Python distribution that no Debian package brought: of a virtual environment, or of /usr/local. */
export interface PythonDistribution {
  readonly name: string;
  readonly version: string;
  /** Folder of its metadata, from the root. */
  readonly path: string;
}

/** The operating system as its os-release(5) names it. */
export interface SystemRelease {
  readonly id: string;
  readonly versionId: string;
  readonly codename: string;
}

/** What a tree holds, for manifests and bills of materials. */
export interface TreeContents {
  readonly system: SystemRelease | undefined;
  readonly packages: readonly InstalledPackage[];
  readonly python: readonly PythonDistribution[];
}

export const noContents: TreeContents = { system: undefined, packages: [], python: [] };

/** Raised when more is read of a tree. */
const contentsVersion = 2;

/** Key of a tree's contents (`TreeContents`) in the store; the blob is JSON. */
export function contentsKey(tree: LayerRecord): string {
  return `contents ${contentsVersion} ${tree.layers.map((layer) => layer.digest).join(' ')}`;
}

/** Reads what the mounted tree holds. A tree without packages or an os-release has none. */
export async function readTreeContents(sandbox: Sandbox): Promise<TreeContents> {
  const root = sandboxPaths.targetRoot;
  const read = async (script: string): Promise<string> => {
    const command = ['sh', '-c', script, 'kiln-contents', root] as const;
    const result = await sandbox.run(command, { allowFailure: true });
    return result.ok ? result.stdout : '';
  };
  const release = await read(releaseScript);
  return {
    system: parseRelease(release),
    packages: [
      ...parsePackages(await read('cat "$1/var/lib/dpkg/status"')),
      ...parseRpmPackages(await read(rpmScript)),
    ],
    python: parsePython(await read(pythonScript)),
  };
}

// A link could lead out of the tree.
const releaseScript = `
for file in "$1/usr/lib/os-release" "$1/etc/os-release"; do
  if [ -f "$file" ] && [ ! -L "$file" ]; then cat "$file"; exit; fi
done`;

// The first of the two databases, and what waits in its log, on a line each. A link could lead out of the tree.
const rpmScript = `
for folder in "$1/usr/lib/sysimage/rpm" "$1/var/lib/rpm"; do
  if [ -f "$folder/rpmdb.sqlite" ] && [ ! -L "$folder" ]; then
    base64 --wrap=0 "$folder/rpmdb.sqlite"
    echo
    [ ! -s "$folder/rpmdb.sqlite-wal" ] || base64 --wrap=0 "$folder/rpmdb.sqlite-wal"
    exit
  fi
done`;

// What lies in dist-packages below /usr/lib belongs to Debian's packages, which are listed as such.
const pythonScript = `cd "$1" || exit
find . -xdev \\( -path ./proc -o -path ./sys -o -path ./dev -o -path ./usr/share -o -path ./usr/lib/python3/dist-packages \\) -prune \\
  -o -type f \\( -path '*.dist-info/METADATA' -o -path '*.egg-info/PKG-INFO' \\) -print0 |
LC_ALL=C sort -z | xargs -0 -r grep -H -m 2 -E '^(Name|Version): '
exit 0`;

/** Parses os-release(5). */
export function parseRelease(text: string): SystemRelease | undefined {
  const field = (name: string): string => new RegExp(`^${name}=(["']?)(.*)\\1$`, 'm').exec(text)?.[2] ?? '';
  const id = field('ID');
  return id === '' ? undefined : { id, versionId: field('VERSION_ID'), codename: field('VERSION_CODENAME') };
}

/** Parses dpkg's status file (deb822, one paragraph a package); packages that are not installed are left out. In byte order of the names. */
export function parsePackages(text: string): readonly InstalledPackage[] {
  return text
    .split('\n\n')
    .flatMap((paragraph) => {
      const field = (name: string): string | undefined =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1];
      const [name, version, architecture] = [field('Package'), field('Version'), field('Architecture')];
      if (name === undefined || version === undefined || architecture === undefined) return [];
      if (!/^(install|hold) ok installed$/.test(field('Status') ?? '')) return [];
      const source = field('Source');
      return [{ name, version, architecture, ...(source === undefined ? {} : { source }) }];
    })
    .toSorted((a, b) => byteOrder(a.name, b.name) || byteOrder(a.architecture, b.architecture));
}

/** Parses rpm's database, and on a second line its log, in Base64; a text that is empty has no packages. In byte order of the names. */
export function parseRpmPackages(text: string): readonly InstalledPackage[] {
  const [database = '', wal = ''] = text.split('\n');
  if (database === '') return [];
  const log = wal === '' ? undefined : Buffer.from(wal, 'base64');
  return readRpmDatabase(Buffer.from(database, 'base64'), log)
    .map(({ source, ...found }): InstalledPackage => ({
      ...found,
      ...(source === undefined ? {} : { source }),
      database: 'rpm',
    }))
    .toSorted((a, b) => byteOrder(a.name, b.name) || byteOrder(a.version, b.version));
}

/** Parses lines of `<path>/METADATA:Name: …` and `<path>/METADATA:Version: …` (Core metadata specifications of Python packages). */
export function parsePython(text: string): readonly PythonDistribution[] {
  const found = new Map<string, { name?: string; version?: string }>();
  for (const line of text.split('\n')) {
    const [, path = '', field, value = ''] =
      /^\.(.*)\/(?:METADATA|PKG-INFO):(Name|Version): (.*)$/.exec(line) ?? [];
    if (field === undefined) continue;
    const known = found.get(path) ?? {};
    found.set(path, { ...known, [field === 'Name' ? 'name' : 'version']: value.trim() });
  }
  return [...found].flatMap(([path, { name, version }]) =>
    name === undefined || version === undefined ? [] : [{ name, version, path }],
  );
}
