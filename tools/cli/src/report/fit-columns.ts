import { stripVTControlCharacters } from 'node:util';

const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;
const zeroWidth = /\p{Mark}|\p{Format}/u;

/**
 * Plain text cut to a number of columns, with '…' where something is left out.
 *
 * Wide characters count two columns, combining ones none; an approximation of Unicode TR 11.
 */
export function fitColumns(text: string, columns: number): string {
  if (columns <= 0) return '';
  let used = 0;
  let kept = '';
  let keptBeforeLast = '';
  for (const character of text) {
    const width = zeroWidth.test(character) ? 0 : wide.test(character) ? 2 : 1;
    if (used + width > columns) return `${keptBeforeLast}…`;
    if (used + width <= columns - 1) keptBeforeLast = kept + character;
    kept += character;
    used += width;
  }
  return kept;
}

/** A line of a hook's output as one harmless line: no escape codes, and of a progress bar only its last state. */
export function printableLine(line: string): string {
  const lastState = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
  return stripVTControlCharacters(lastState)
    .replaceAll('\t', '  ')
    .replaceAll(/\p{Control}/gu, '');
}
