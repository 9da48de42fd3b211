import { byteOrder } from '@kiln/engine/util/byte-order.ts';
import { allRules } from './all-rules.ts';
import { type ElementFolder, readElementFolder } from './element-folder.ts';
import type { Finding } from './finding.ts';
import { namesBeside } from './names-beside.ts';

export interface LintOptions {
  /** Names that `element-deps` may use. Left out: the elements beside this one, and what they provide. */
  readonly knownElements?: ReadonlySet<string>;
}

/**
 * Checks one element against all rules.
 *
 * A file leaves a rule out with `# element-lint: disable=<rule> <rule>…` (or `# dib-lint: disable=…`), wherever it stands in the file.
 * Throws what the file system throws.
 *
 * @returns findings by file in byte order, then by line.
 */
export async function lintElement(directory: string, options: LintOptions = {}): Promise<readonly Finding[]> {
  const folder = await readElementFolder(directory);
  const surroundings = { knownElements: options.knownElements ?? (await namesBeside(directory)) };
  const disabled = disabledRules(folder);
  return allRules
    .flatMap((rule) =>
      rule.check(folder, surroundings).map((remark): Finding => ({
        rule: rule.name,
        file: remark.file,
        line: remark.line,
        message: remark.message,
        hint: remark.hint,
        severity: remark.severity ?? rule.severity,
        fixable: remark.fixable ?? false,
      })),
    )
    .filter((it) => !disabled.get(it.file)?.has(it.rule))
    .toSorted((left, right) => byteOrder(left.file, right.file) || (left.line ?? 0) - (right.line ?? 0));
}

function disabledRules(folder: ElementFolder): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    folder.files.map((file) => {
      const comments = (file.text ?? '').matchAll(/#\s*(?:element|dib)-lint:\s*disable=(.*)/g);
      return [file.path, new Set([...comments].flatMap((it) => (it[1] ?? '').trim().split(/[\s,]+/)))];
    }),
  );
}
