import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseLocatedYaml } from '@kiln/engine/diagnostics/located-yaml.ts';
import { type PackageMap, packagesOn, type SystemName } from '../../verify/system/package-names.ts';

/**
 * Every package that elements may ask for on a distribution, whatever its conditions: those of package-installs, by the names that
 * the element's pkg-map has for them, and those that a hook installs by name. What is to be removed counts, too.
 *
 * @param folders of the elements.
 */
export function declaredPackages(folders: readonly string[], system: SystemName): readonly string[] {
  return [...new Set(folders.flatMap((folder) => packagesOfElement(folder, system)))].toSorted();
}

function packagesOfElement(folder: string, system: SystemName): readonly string[] {
  const file = join(folder, 'package-installs.yaml');
  const declared = existsSync(file) ? keysOf(file) : [];
  const map = join(folder, 'pkg-map');
  const translation = existsSync(map) ? (JSON.parse(readFileSync(map, 'utf8')) as PackageMap) : {};
  return [...packagesOn(translation, declared, system), ...packagesOfHooks(folder)];
}

function keysOf(file: string): readonly string[] {
  const parsed = parseLocatedYaml(file, readFileSync(file, 'utf8'));
  if (!parsed.ok) throw new Error(`${file} is no YAML`);
  return Object.keys((parsed.value.data ?? {}) as Readonly<Record<string, unknown>>);
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
