import { describeFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import { parseLocatedYaml } from '@kiln/engine/diagnostics/located-yaml.ts';
import { parseElementDeclarations } from '@kiln/engine/elements/parse-element-declarations.ts';
import { parseVerifyFile } from '@kiln/testkit/verify/declared/parse-verify-file.ts';
import type { LintFile } from '../element-folder.ts';
import type { Remark } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** Rules of their own tell of these, bad YAML included. */
const toldElsewhere: ReadonlySet<string> = new Set(['element.yaml', 'verify.yaml']);

/** Files that are read by machines can be read by them. */
export const yaml: Rule = {
  name: 'yaml',
  severity: 'error',
  description: 'YAML files parse, and pkg-map is JSON.',
  check: (folder) =>
    folder.files.flatMap((file) => {
      if (file.text === undefined || file.path.includes('/') || toldElsewhere.has(file.path)) return [];
      if (file.path === 'pkg-map' || file.name.endsWith('.json')) return jsonRemarks(file);
      if (!/\.ya?ml$/.test(file.name) && file.path !== 'svc-map') return [];
      const parsed = parseLocatedYaml(file.path, file.text);
      return parsed.ok ? [] : parsed.failures.map((it) => remarkOf(file.path, it));
    }),
};

/** `element.yaml` as the engine reads it. */
export const elementYaml: Rule = {
  name: 'element-yaml',
  severity: 'error',
  description: 'element.yaml holds what the engine understands.',
  check: (folder) => {
    const file = folder.files.find((it) => it.path === 'element.yaml');
    if (file?.text === undefined) return [];
    const parsed = parseElementDeclarations({ element: folder.name, file: file.path, text: file.text });
    return parsed.ok ? [] : parsed.failures.map((it) => remarkOf(file.path, it));
  },
};

/** A misspelt check would check nothing. */
export const verifyFile: Rule = {
  name: 'verify',
  severity: 'error',
  description: 'verify.yaml is a list of checks that the test kit understands.',
  check: (folder) => {
    const file = folder.files.find((it) => it.path === 'verify.yaml');
    if (file?.text === undefined) return [];
    const parsed = parseVerifyFile({ element: folder.name, file: file.path, text: file.text });
    return parsed.ok ? [] : parsed.failures.map((it) => remarkOf(file.path, it));
  },
};

const sourceTypes: ReadonlySet<string> = new Set(['git', 'tar', 'file', 'package']);

/** `<name> <type> <destination> <location> [<ref>]`, one a line. */
export const sourceRepository: Rule = {
  name: 'source-repository',
  severity: 'error',
  description:
    'Lines of source-repository files have a name, a known type, an absolute destination and a location.',
  check: (folder) =>
    folder.files
      .filter((it) => /^source-repository-[^/]+$/.test(it.path))
      .flatMap((file) =>
        (file.text ?? '').split('\n').flatMap((line, index): readonly Remark[] => {
          const [name = '', type, destination, location] = line.trim().split(/\s+/);
          if (name === '' || name.startsWith('#')) return [];
          const at = { file: file.path, line: index + 1 };
          if (type === undefined || !sourceTypes.has(type))
            return [{ ...at, message: `unknown type '${type ?? ''}'`, hint: 'git, tar, file or package' }];
          if (destination === undefined || !/^[/$"']/.test(destination))
            return [{ ...at, message: 'the destination must be an absolute path' }];
          return location === undefined && type !== 'package'
            ? [{ ...at, message: 'the location is missing' }]
            : [];
        }),
      ),
};

function jsonRemarks(file: LintFile): readonly Remark[] {
  try {
    JSON.parse(file.text ?? '');
    return [];
  } catch (error) {
    return [
      {
        file: file.path,
        message: `this is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      },
    ];
  }
}

function remarkOf(file: string, failure: Failure): Remark {
  const { message, hint } = describeFailure(failure);
  return {
    file,
    ...(failure.place === undefined ? {} : { line: failure.place.line }),
    message,
    ...(hint === undefined ? {} : { hint }),
  };
}
