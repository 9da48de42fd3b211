import type { SystemRelease, InstalledPackage, PythonDistribution } from './tree-contents.ts';

/** Parts of a package URL; those that are undefined are left out. */
interface PackageUrlParts {
  readonly type: string;
  readonly namespace?: readonly string[];
  readonly name: string;
  readonly version: string;
  readonly qualifiers?: Readonly<Record<string, string | undefined>>;
}

/** A package URL in its canonical form (ECMA-427; qualifiers in order of their names). */
export function packageUrl({
  type,
  namespace = [],
  name,
  version,
  qualifiers = {},
}: PackageUrlParts): string {
  const path = [...namespace, name].map(encodeURIComponent).join('/');
  const pairs = Object.entries(qualifiers).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  );
  const query = pairs.length === 0 ? '' : `?${pairs.toSorted().join('&')}`;
  return `pkg:${type}/${path}@${encodeURIComponent(version)}${query}`;
}

/** Of a Debian package, with what scanners for vulnerabilities look for: the release, and the source package. */
export function debianPackageUrl(
  { name, version, architecture, source }: InstalledPackage,
  system: SystemRelease | null,
): string {
  const distribution = system?.id ?? 'debian';
  const [, origin, originVersion] = /^(\S+)(?: \((.+)\))?$/.exec(source ?? '') ?? [];
  const upstream = originVersion === undefined ? origin : `${origin}@${originVersion}`;
  const release = system === null || system.versionId === '' ? undefined : `${system.id}-${system.versionId}`;
  const qualifiers = { arch: architecture, distro: release, upstream };
  return packageUrl({ type: 'deb', namespace: [distribution], name, version, qualifiers });
}

/** Of a package of rpm; the epoch is a qualifier there. */
function rpmPackageUrl(
  { name, version, architecture, source }: InstalledPackage,
  system: SystemRelease | null,
): string {
  const [, epoch, rest = version] = /^(?:(\d+):)?(.*)$/.exec(version) ?? [];
  const release = system === null || system.versionId === '' ? undefined : `${system.id}-${system.versionId}`;
  const qualifiers = { arch: architecture, distro: release, epoch, upstream: source };
  return packageUrl({
    type: 'rpm',
    namespace: system === null ? [] : [system.id],
    name,
    version: rest,
    qualifiers,
  });
}

/** Of an operating system's package. */
export function systemPackageUrl(it: InstalledPackage, system: SystemRelease | null): string {
  return it.database === 'rpm' ? rpmPackageUrl(it, system) : debianPackageUrl(it, system);
}

/** Of a Python distribution; names are normalised as PEP 503 has it. */
export function pythonPackageUrl({ name, version }: Pick<PythonDistribution, 'name' | 'version'>): string {
  return packageUrl({ type: 'pypi', name: name.toLowerCase().replaceAll(/[-_.]+/g, '-'), version });
}

/** Of a git repository at a commit. */
export function gitPackageUrl(name: string, location: string, commit: string): string {
  const [, owner, repository] =
    /^https?:\/\/github\.com\/([^/]+)\/([^/]+?)(?:\.git)?\/?$/.exec(location) ?? [];
  if (owner !== undefined && repository !== undefined)
    return packageUrl({
      type: 'github',
      namespace: [owner.toLowerCase()],
      name: repository.toLowerCase(),
      version: commit,
    });
  const qualifiers = { vcs_url: `git+${location}@${commit}` };
  return packageUrl({ type: 'generic', name, version: commit, qualifiers });
}
