import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import { byteOrder } from '@kiln/engine/util/byte-order.ts';
import type { Remark } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** The lines as `fixElement` writes them: sorted in byte order, each once. */
export function sortedLines(text: string): string {
  const names = [...new Set(text.split('\n').map((it) => it.trim()))].filter((it) => it !== '');
  return names.length === 0 ? '' : `${names.toSorted(byteOrder).join('\n')}\n`;
}

/** One order makes for small diffs and shows duplicates. */
export const depsSorted: Rule = {
  name: 'deps-sorted',
  severity: 'error',
  description: 'element-deps is sorted, and names each element once.',
  check: (folder) => {
    const text = folder.files.find((it) => it.path === 'element-deps')?.text;
    // A missing newline at the end is for the rule 'newline' to tell.
    if (
      text === undefined ||
      text.includes('#') ||
      sortedLines(text) === (text.endsWith('\n') ? text : `${text}\n`)
    )
      return [];
    const lines = text.split('\n');
    const wrong = lines.findIndex(
      (line, index) => index > 0 && line !== '' && byteOrder(lines[index - 1] ?? '', line) >= 0,
    );
    return [
      {
        file: 'element-deps',
        line: Math.max(wrong, 0) + 1,
        message: 'not sorted, or a name twice, or blanks',
        fixable: true,
      },
    ];
  },
};

/** A name that is nowhere fails every build that uses the element. */
export const depsKnown: Rule = {
  name: 'deps-known',
  severity: 'error',
  description: 'element-deps names elements that exist; there are no comments in it.',
  check: (folder, { knownElements }) => {
    const text = folder.files.find((it) => it.path === 'element-deps')?.text ?? '';
    return text.split('\n').flatMap((line, index): readonly Remark[] => {
      const name = line.trim();
      const at = { file: 'element-deps', line: index + 1 };
      if (name.startsWith('#'))
        return [{ ...at, message: 'there are no comments in this file; the line is read as a name' }];
      if (name === '' || knownElements === undefined || knownElements.has(name)) return [];
      const near = nearName(name, knownElements);
      return [
        {
          ...at,
          message: `there is no element '${name}'`,
          ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
        },
      ];
    });
  },
};
