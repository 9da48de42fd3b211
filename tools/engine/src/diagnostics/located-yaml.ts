import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Failure } from './failure.ts';
import type { Place } from './place.ts';
import type { Result } from './result.ts';

/** A YAML file as data, and where each part of it stands. Paths are dotted: `boot.memory`, `elements.2`. */
export interface LocatedYaml {
  readonly data: unknown;
  /** Of the key, or of the item in a list; the empty path is the start of the file. */
  readonly places: ReadonlyMap<string, Place>;
  /** Of the value behind the key. */
  readonly valuePlaces: ReadonlyMap<string, Place>;
  /** Scalars as they are spelled in the file, without quotes: `1.10`, `yes`, `0755`. */
  readonly spellings: ReadonlyMap<string, string>;
}

/**
 * Reads YAML 1.2 text (so that `yes` is text, not true) and keeps every position.
 *
 * @returns the data, or one `definition-not-yaml` for each syntax error, duplicate keys included.
 */
export function parseLocatedYaml(file: string, text: string): Result<LocatedYaml> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeOf = (start: number, end: number): Place => {
    const { line, col } = lines.linePos(start);
    const newline = text.indexOf('\n', start);
    const stop = Math.min(end, newline === -1 ? text.length : newline);
    return { file, line, column: col, length: Math.max(1, stop - start) };
  };
  const notYaml = (reason: string, place: Place): Failure => ({ code: 'definition-not-yaml', reason, place });
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    return { ok: false, failures: problems.map((it) => notYaml(it.message, placeOf(it.pos[0], it.pos[1]))) };
  }
  try {
    const data: unknown = document.toJS();
    return { ok: true, value: { data, ...locate(document, placeOf) }, warnings: [] };
  } catch (error) {
    // Aliases are resolved only here: to nothing, or to more than a sane file holds.
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, failures: [notYaml(reason, placeOf(0, 1))] };
  }
}

/** The place of a path, or of the nearest thing around it that stands in the file. */
export function placeOfPath(located: LocatedYaml, path: string): Place | undefined {
  const exact = located.valuePlaces.get(path) ?? located.places.get(path);
  if (exact !== undefined || path === '') return exact;
  const parent = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
  return located.places.get(parent) ?? placeOfPath(located, parent);
}

/**
 * The data with each number as the text that stands in the file: `0x83`, `0700` and `8E00` are numbers to YAML, and codes to those
 * who write them.
 *
 * @param path of the part that is wanted.
 */
export function spelledNumbers(
  located: Pick<LocatedYaml, 'spellings'>,
  data: unknown,
  path: string,
): unknown {
  const below = (key: string | number) => (path === '' ? String(key) : `${path}.${key}`);
  if (typeof data === 'number') return located.spellings.get(path) ?? data;
  if (Array.isArray(data)) return data.map((item, index) => spelledNumbers(located, item, below(index)));
  if (typeof data !== 'object' || data === null) return data;
  const entries = Object.entries(data).map(([key, value]) => [
    key,
    spelledNumbers(located, value, below(key)),
  ]);
  return Object.fromEntries(entries) as unknown;
}

type PlaceOf = (start: number, end: number) => Place;

function locate(document: Document, placeOf: PlaceOf): Omit<LocatedYaml, 'data'> {
  const places = new Map<string, Place>([['', placeOf(0, 1)]]);
  const valuePlaces = new Map<string, Place>();
  const spellings = new Map<string, string>();
  const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
  const note = (map: Map<string, Place>, path: string, node: unknown): void => {
    const range = (node as Node | null | undefined)?.range;
    // An empty value has an empty range, somewhere behind its key.
    if (range && range[1] > range[0]) map.set(path, placeOf(range[0], range[1]));
  };
  const visit = (node: unknown, path: string): void => {
    const scalar = isAlias(node) ? node.resolve(document) : node;
    if (isScalar(scalar) && scalar.source !== undefined) spellings.set(path, scalar.source);
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        const below = join(path, isScalar(key) ? String(key.value) : String(key));
        note(places, below, key);
        if (isScalar(value)) note(valuePlaces, below, value);
        visit(value, below);
      }
    }
    if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        note(places, join(path, String(index)), item);
        visit(item, join(path, String(index)));
      }
    }
  };
  visit(document.contents, '');
  return { places, valuePlaces, spellings };
}
