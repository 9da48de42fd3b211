export { allRules } from './all-rules.ts';
export type { Finding } from './finding.ts';
export { fixElement } from './fix-element.ts';
export { type LintOptions, lintElement } from './lint-element.ts';
export { renderFindings } from './render-findings.ts';
export type { Rule } from './rule.ts';
