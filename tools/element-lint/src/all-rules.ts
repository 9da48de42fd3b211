import type { Rule } from './rule.ts';
import { elementYaml, sourceRepository, verifyFile, yaml } from './rules/data-files.ts';
import { depsKnown, depsSorted } from './rules/element-lists.ts';
import { environmentSnippet, executable, hookSilent, phaseFolder } from './rules/hook-files.ts';
import { aptGet, checksum, hostWrite } from './rules/outside-world.ts';
import { packageInstalls } from './rules/package-installs.ts';
import { readme, readmeVariables } from './rules/readme.ts';
import { debugTrace, shebang, shellOptionRules } from './rules/shell-options.ts';
import { indent, newline, tabIndent, which } from './rules/shell-style.ts';

/** Every rule. Those that dib-lint has as well keep its names, so that exclusions in upstream elements hold. */
export const allRules: readonly Rule[] = [
  readme,
  readmeVariables,
  phaseFolder,
  hookSilent,
  executable,
  environmentSnippet,
  shebang,
  ...shellOptionRules,
  debugTrace,
  indent,
  tabIndent,
  newline,
  which,
  depsSorted,
  depsKnown,
  packageInstalls,
  yaml,
  elementYaml,
  verifyFile,
  sourceRepository,
  checksum,
  aptGet,
  hostWrite,
];
