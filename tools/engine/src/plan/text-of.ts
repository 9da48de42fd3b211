import type { HookFile } from '../elements/merge-hooks.ts';

/** All text of some files, to look for names in. */
export function textOf(files: readonly HookFile[]): string {
  return files.flatMap(textIn).join('\n');
}

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
