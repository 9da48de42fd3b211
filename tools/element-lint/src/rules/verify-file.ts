import { parseLocatedYaml } from '@kiln/engine/diagnostics/located-yaml.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import type { Remark } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** What a check may look at, and the keys that may stand beside it. */
const forms: Readonly<Record<string, readonly string[]>> = {
  packages: [],
  'packages-absent': [],
  'unit-enabled': [],
  'unit-disabled': [],
  file: [
    'mode',
    'owner',
    'contains',
    'equals',
    'matches',
    'absent',
    'executable',
    'link',
    'directory',
    'empty',
    'glob-absent',
  ],
  sysctl: ['value'],
  'kernel-module': [],
  user: [],
  'command-line': [],
};
const everywhere = ['name', 'when'];

/** A misspelt check would check nothing. */
export const verifyFile: Rule = {
  name: 'verify',
  severity: 'error',
  description: 'verify.yaml is a list of checks, each of one known form.',
  check: (folder) => {
    const file = folder.files.find((it) => it.path === 'verify.yaml');
    if (file?.text === undefined) return [];
    const parsed = parseLocatedYaml(file.path, file.text);
    // Bad YAML is told by the rule 'yaml'.
    if (!parsed.ok || parsed.value.data === null || parsed.value.data === undefined) return [];
    if (!Array.isArray(parsed.value.data))
      return [{ file: file.path, line: 1, message: 'this is not a list of checks' }];
    return parsed.value.data.flatMap((check: unknown, index) => {
      const line = parsed.value.places.get(String(index))?.line;
      return problemsOf(check).map((it) => ({
        file: file.path,
        ...(line === undefined ? {} : { line }),
        ...it,
      }));
    });
  },
};

function problemsOf(check: unknown): readonly Omit<Remark, 'file' | 'line'>[] {
  if (typeof check !== 'object' || check === null || Array.isArray(check))
    return [{ message: 'a check is a map' }];
  const keys = Object.keys(check);
  const form = keys.find((it) => it in forms);
  if (form === undefined) {
    const near = keys.map((it) => nearName(it, Object.keys(forms))).find((it) => it !== undefined);
    const hint = near === undefined ? `one of: ${Object.keys(forms).join(', ')}` : `did you mean '${near}'?`;
    return [{ message: `this checks nothing: ${keys.join(', ')}`, hint }];
  }
  const allowed = [form, ...everywhere, ...(forms[form] ?? [])];
  return keys
    .filter((it) => !allowed.includes(it))
    .map((it) => {
      const near = nearName(it, allowed);
      return {
        message: `'${it}' does not belong to a check of '${form}'`,
        ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
      };
    });
}
