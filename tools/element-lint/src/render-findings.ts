import type { Finding } from './finding.ts';

/**
 * Findings as lines for a terminal, `folder/file:line: severity: message (rule)`, the hint indented below.
 * `folder` is how the reader knows the element's folder, such as `elements/vm`.
 */
export function renderFindings(findings: readonly Finding[], folder: string): string {
  return findings
    .flatMap((it) => {
      const file = it.file === '.' ? folder : `${folder}/${it.file}`;
      const place = it.line === undefined ? file : `${file}:${it.line}`;
      const line = `${place}: ${it.severity}: ${it.message} (${it.rule})`;
      const hint = it.fixable
        ? [it.hint, 'can be fixed for you'].filter((word) => word !== undefined).join('; ')
        : it.hint;
      return hint === undefined ? [line] : [line, `    ${hint}`];
    })
    .join('\n');
}
