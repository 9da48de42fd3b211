export { allRules } from './all-rules.ts';
export {
  dataRules,
  formRules,
  markdownRule,
  packageMapRule,
  readmeRule,
  yamlRule,
} from './dib-lint/data-rules.ts';
export { fileExclusions, toxExclusions } from './dib-lint/dib-lint-exclusions.ts';
export { listLintFiles, type NamedLintFile, readNamedLintFile } from './dib-lint/dib-lint-files.ts';
export type { DibLintRemark, DibLintRule } from './dib-lint/dib-lint-rule.ts';
export { isPython, scriptRules } from './dib-lint/script-rules.ts';
export type { Finding } from './finding.ts';
export { fixElement } from './fix-element.ts';
export { type LintOptions, lintElement } from './lint-element.ts';
export { renderFindings } from './render-findings.ts';
export type { Rule } from './rule.ts';
