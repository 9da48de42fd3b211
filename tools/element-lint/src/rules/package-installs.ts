import { type LocatedYaml, parseLocatedYaml } from '@kiln/engine/diagnostics/located-yaml.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import type { Remark } from '../finding.ts';
import type { Rule } from '../rule.ts';

const keys: ReadonlySet<string> = new Set([
  'phase',
  'installtype',
  'uninstall',
  'build-only',
  'arch',
  'not-arch',
  'dib_python_version',
  'when',
]);
const installPhases: ReadonlySet<string> = new Set(['pre-install.d', 'install.d', 'post-install.d']);
const condition = /^\s*[A-Za-z_]\w*\s*!?=/;

/** What diskimage-builder takes without a word and then does not do, or stops at in the middle of a build. */
export const packageInstalls: Rule = {
  name: 'package-installs',
  severity: 'error',
  description: 'package-installs.yaml asks for packages in phases and with keys that exist.',
  check: (folder) => {
    const file = folder.files.find(
      (it) => it.path === 'package-installs.yaml' || it.path === 'package-installs.json',
    );
    if (file?.text === undefined) return [];
    const yaml = parseLocatedYaml(file.path, file.text);
    if (!yaml.ok) return [];
    if (!isMap(yaml.value.data))
      return [{ file: file.path, line: 1, message: 'this is not a map of packages' }];
    return Object.entries(yaml.value.data).flatMap(([name, wanted]) =>
      (Array.isArray(wanted) ? wanted : [wanted]).flatMap((entry: unknown, index) => {
        const path = Array.isArray(wanted) ? `${name}.${index}` : name;
        return problemsOf(entry).map((it) => ({
          file: file.path,
          ...lineOf(yaml.value, [`${path}.${it.key}`, path, name]),
          message: `${name}: ${it.message}`,
          ...(it.hint === undefined ? {} : { hint: it.hint }),
        }));
      }),
    );
  },
};

interface Problem extends Pick<Remark, 'message' | 'hint'> {
  readonly key: string;
}

function problemsOf(entry: unknown): readonly Problem[] {
  if (entry === null || entry === undefined) return [];
  if (!isMap(entry)) return [{ key: '', message: 'expected nothing, a map, or a list of maps' }];
  return [
    ...Object.keys(entry)
      .filter((it) => !keys.has(it))
      .map(unknownKey),
    ...(entry['phase'] === undefined || installPhases.has(String(entry['phase']))
      ? []
      : [
          {
            key: 'phase',
            message: `nothing is installed in phase '${String(entry['phase'])}'`,
            hint: [...installPhases].join(', '),
          },
        ]),
    ...('arch' in entry && 'not-arch' in entry
      ? [{ key: 'arch', message: "'arch' and 'not-arch' exclude each other" }]
      : []),
    ...['arch', 'not-arch']
      .filter((key) => /,\s/.test(String(entry[key] ?? '')))
      .map((key) => ({
        key,
        message: `'${key}': only the first name ever matches`,
        hint: 'no blank after the comma',
      })),
    ...conditionsOf(entry['when'])
      .filter((it) => !condition.test(it))
      .map((it) => ({
        key: 'when',
        message: `'when': '${it}' is neither VARIABLE=value nor VARIABLE!=value`,
      })),
  ];
}

function unknownKey(key: string): Problem {
  const near = nearName(key, keys);
  const message = `unknown key '${key}'`;
  return near === undefined ? { key, message } : { key, message, hint: `did you mean '${near}'?` };
}

const conditionsOf = (when: unknown): readonly string[] =>
  when === undefined ? [] : (Array.isArray(when) ? when : [when]).map(String);

function lineOf(yaml: LocatedYaml, paths: readonly string[]): { readonly line?: number } {
  const place = paths.map((path) => yaml.places.get(path)).find((it) => it !== undefined);
  return place === undefined ? {} : { line: place.line };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
