import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseLocatedYaml } from '@kiln/engine/diagnostics/located-yaml.ts';

/** Sections of a pkg-map that count for a distribution, the strongest first. */
type PkgMap = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const families: Readonly<Record<string, string>> = {
  debian: 'debian',
  ubuntu: 'debian',
  centos: 'redhat',
  rocky: 'redhat',
  rhel: 'redhat',
  fedora: 'redhat',
};

/**
 * Every package that elements may ask for on a distribution, whatever its conditions: those of package-installs, by the names that
 * the element's pkg-map has for them, and those that a hook installs by name. What is to be removed counts, too.
 *
 * @param folders of the elements.
 */
export function declaredPackages(folders: readonly string[], distribution: string): readonly string[] {
  return [...new Set(folders.flatMap((folder) => packagesOfElement(folder, distribution)))].toSorted();
}

function packagesOfElement(folder: string, distribution: string): readonly string[] {
  const file = join(folder, 'package-installs.yaml');
  const declared = existsSync(file) ? keysOf(file) : [];
  const map = join(folder, 'pkg-map');
  const names = existsSync(map)
    ? declared.map((name) => translate(JSON.parse(readFileSync(map, 'utf8')) as PkgMap, name, distribution))
    : declared;
  return [...names.flatMap((name) => name.split(' ')), ...packagesOfHooks(folder)].filter(Boolean);
}

function keysOf(file: string): readonly string[] {
  const parsed = parseLocatedYaml(file, readFileSync(file, 'utf8'));
  if (!parsed.ok) throw new Error(`${file} is no YAML`);
  return Object.keys((parsed.value.data ?? {}) as Readonly<Record<string, unknown>>);
}

function translate(map: PkgMap, name: string, distribution: string): string {
  const sections = [
    map['distro']?.[distribution],
    map['family']?.[families[distribution] ?? ''],
    map['default'],
  ];
  for (const section of sections) {
    const found = (section as Readonly<Record<string, string>> | undefined)?.[name];
    if (found !== undefined) return found;
  }
  return name;
}

/** `install-packages NAME…`, in a hook that runs in the image. */
function packagesOfHooks(folder: string): readonly string[] {
  return ['pre-install.d', 'install.d', 'post-install.d'].flatMap((phase) => {
    const hooks = join(folder, phase);
    if (!existsSync(hooks)) return [];
    return readdirSync(hooks, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .flatMap(({ name }) => [
        ...readFileSync(join(hooks, name), 'utf8').matchAll(
          /^\s*install-packages (?:-e )?([a-z][a-z0-9 .+-]*)$/gm,
        ),
      ])
      .flatMap(([, names]) => (names ?? '').split(' '));
  });
}
