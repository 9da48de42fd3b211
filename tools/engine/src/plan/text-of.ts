import type { HookFile } from '../elements/merge-hooks.ts';

/** All text of some files, to look for names in. */
export function textOf(files: readonly HookFile[]): string {
  const known = knownLists.get(files);
  if (known !== undefined) return known;
  const text = files.flatMap(textIn).join('\n');
  knownLists.set(files, text);
  return text;
}

/** The files of a step are asked several times in a row; the list never changes. */
const knownLists = new WeakMap<readonly HookFile[], string>();

/** One file is asked for every step of every image that sees it; its bytes never change once read. */
const knownTexts = new WeakMap<Buffer, readonly string[]>();

/** Nothing of links, and of what is no text. */
function textIn({ kind, content }: HookFile): readonly string[] {
  if (kind !== 'file') return [];
  const known = knownTexts.get(content);
  if (known !== undefined) return known;
  const text = content.includes(0) ? [] : [content.toString('utf8')];
  knownTexts.set(content, text);
  return text;
}
