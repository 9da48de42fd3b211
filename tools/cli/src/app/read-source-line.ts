import { readFileSync } from 'node:fs';

/** One line of a file, counted from 1, for underlining; undefined where it cannot be read. */
export function readSourceLine(file: string, line: number): string | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n')[line - 1];
  } catch {
    return undefined;
  }
}
