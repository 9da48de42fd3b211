import type { ProblemList, RawNode } from './raw-node.ts';
import { addProblem, addWarning, plugins } from './raw-node.ts';
import { parseSize } from '../parse-size.ts';

/** Reads the keys of one node; what has the wrong kind becomes a problem and reads as undefined. */
export interface KeyReader {
  readonly text: (key: string) => string | undefined;
  readonly integer: (key: string) => number | undefined;
  readonly size: (key: string) => number | undefined;
}

/** A reader for `node`, which may have the keys in `known` beside `name`, `base` and nested nodes; others are warned of. */
export function keyReader(node: RawNode, known: readonly string[], problems: ProblemList): KeyReader {
  for (const key of Object.keys(node.keys)) {
    if (known.includes(key) || ['name', 'base', ...plugins].includes(key)) continue;
    addWarning(
      problems,
      [...node.path, key],
      `'${node.name}': the key '${key}' means nothing here (${known.join(', ')})`,
    );
  }
  const wrong = (key: string, expected: string) => {
    addProblem(problems, [...node.path, key], `'${node.name}': ${key} must be ${expected}`);
    return undefined;
  };
  return {
    text: (key) => {
      const value = node.keys[key] ?? undefined;
      if (value === undefined || typeof value === 'string') return value;
      return typeof value === 'number' ? String(value) : wrong(key, 'a text');
    },
    integer: (key) => {
      const value = node.keys[key] ?? undefined;
      if (value === undefined) return undefined;
      const number = typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value;
      return Number.isInteger(number) && Number(number) >= 0 ? Number(number) : wrong(key, 'a whole number');
    },
    size: (key) => {
      const value = node.keys[key] ?? undefined;
      if (value === undefined) return undefined;
      const text = typeof value === 'number' ? String(value) : value;
      const bytes = typeof text === 'string' ? parseSize(text) : undefined;
      return bytes ?? wrong(key, `a size such as 550MiB or 8GB, not '${String(value)}'`);
    },
  };
}
