/** An element's `pkg-map`: names of packages by section, and in sections by distribution and release. */
export type PackageMap = Readonly<Record<string, unknown>>;

/** A system by the words of DISTRO_NAME and DIB_RELEASE. */
export interface SystemName {
  readonly distribution: string;
  readonly release: string;
}

const redHat = ['almalinux', 'centos', 'centos7', 'fedora', 'openeuler', 'rhel', 'rhel7', 'rocky'];

const families: ReadonlyMap<string, string> = new Map([
  ...redHat.map((name) => [name, 'redhat'] as const),
  ['debian', 'debian'],
  ['ubuntu', 'debian'],
  ['opensuse', 'suse'],
]);

/** Whether a distribution is one of the Red Hat family. */
export function isOfRedHatFamily(distribution: string): boolean {
  return families.get(distribution) === 'redhat';
}

/**
 * What a system calls some packages, after an element's pkg-map, as the element `pkg-map` translates: the more special section wins,
 * a name that no section has stays as it is, and one may stand for several, or for none.
 */
export function packagesOn(
  map: PackageMap,
  names: readonly string[],
  { distribution, release }: SystemName,
): readonly string[] {
  const family = families.get(distribution) ?? distribution;
  const sections = [
    sectionOf(map, ['release', distribution, release]),
    sectionOf(map, ['distro', distribution]),
    sectionOf(map, ['family', family]),
    sectionOf(map, ['default']),
  ];
  return names.flatMap((name) => {
    const found = sections.map((section) => section[name]).find((value) => typeof value === 'string');
    return (found ?? name).split(' ').filter((word) => word !== '');
  });
}

function sectionOf(map: PackageMap, path: readonly string[]): Readonly<Record<string, string | undefined>> {
  let place: unknown = map;
  for (const key of path)
    place = typeof place === 'object' && place !== null ? (place as PackageMap)[key] : undefined;
  return typeof place === 'object' && place !== null ? (place as Readonly<Record<string, string>>) : {};
}
