import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A package that an element declares, and when it is installed or removed. */
export interface DeclaredPackage {
  readonly name: string;
  /** In words, `pre-install.d, when DIB_BLOCK_DEVICE = efi`; empty: always, in install.d. */
  readonly condition: string;
}

type Settings = Readonly<Record<string, unknown>> | null;

/** What an element's `package-installs.yaml` (or `.json`) declares, in its order; none where it cannot be read as that. */
export function declaredPackages(directory: string): readonly DeclaredPackage[] {
  const file = ['package-installs.yaml', 'package-installs.json']
    .map((name) => join(directory, name))
    .find((path) => existsSync(path));
  const declared: unknown = file === undefined ? undefined : parse(readFileSync(file, 'utf8'));
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) return [];
  return Object.entries(declared as Readonly<Record<string, Settings | readonly Settings[]>>).flatMap(
    ([name, settings]) =>
      (Array.isArray(settings) ? (settings as readonly Settings[]) : [settings as Settings]).map((one) => ({
        name,
        condition: inWords(one ?? {}),
      })),
  );
}

function inWords(settings: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(settings).map(([key, value]) => {
    const said = Array.isArray(value) ? value.join(' and ') : String(value);
    if (key === 'phase') return said;
    if (key === 'uninstall') return 'removed';
    if (key === 'build-only') return 'removed again at the end of the phase';
    if (key === 'installtype') return `installed from ${said}`;
    if (key === 'arch') return `on ${said}`;
    if (key === 'not-arch') return `not on ${said}`;
    return `${key} ${said}`;
  });
  return words.join(', ');
}
