import type { Place } from '../diagnostics/place.ts';

/**
 * Text of `element-deps` or `element-provides`: one name a line, stripped, blanks dropped, each name once.
 *
 * There are no comments: a line that begins with `#` is a name, as it is for diskimage-builder.
 */
export function parseNameList(text: string): readonly string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()))].filter((name) => name !== '');
}

/** Where a name stands in such a file, or undefined where it does not. */
export function placeInNameList(file: string, text: string, name: string): Place | undefined {
  const lines = text.split('\n');
  const index = lines.findIndex((line) => line.trim() === name);
  if (index === -1) return undefined;
  return { file, line: index + 1, column: (lines[index] ?? '').indexOf(name) + 1, length: name.length };
}
