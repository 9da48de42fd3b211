import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import { parseLocatedYaml, placeOfPath, type LocatedYaml } from '@kiln/engine/diagnostics/located-yaml.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import type { Place } from '@kiln/engine/diagnostics/place.ts';
import type { Result } from '@kiln/engine/diagnostics/result.ts';
import type { PackageMap } from '../system/package-names.ts';
import type { Condition, DeclaredCheck, FileQuestion, Question } from './declared-check.ts';

/** The text of an element's `verify.yaml`, and its path as diagnostics shall show it. */
export interface VerifyFileSource {
  readonly element: string;
  readonly file: string;
  readonly text: string;
  /** Text of its `pkg-map`, after which packages are looked for; one that is no JSON is none. */
  readonly packageMap?: string | undefined;
}

const listKinds = [
  'packages',
  'packages-absent',
  'unit-enabled',
  'unit-disabled',
  'glob-absent',
  'kernel-module',
  'user',
  'command-line',
] as const;
type ListKind = (typeof listKinds)[number];

const kinds: readonly string[] = [...listKinds, 'file', 'sysctl'];
const fileTexts = ['mode', 'owner', 'equals', 'matches', 'link'] as const;
const fileLists = ['contains', 'lacks'] as const;
const fileFlags = ['absent', 'executable', 'directory', 'empty'] as const;
const keysOfKind: Readonly<Record<string, readonly string[]>> = {
  file: [...fileTexts, ...fileLists, ...fileFlags],
  sysctl: ['value'],
};

/** Text of a `verify.yaml` to checks, or every problem in it, each with its line. An empty file asks nothing. */
export function parseVerifyFile(source: VerifyFileSource): Result<readonly DeclaredCheck[]> {
  const located = parseLocatedYaml(source.file, source.text);
  if (!located.ok) return located;
  const reading = new Reading(source, located.value);
  const data = located.value.data ?? [];
  if (!Array.isArray(data)) reading.refuse('', 'expected a list of checks');
  const items: readonly unknown[] = Array.isArray(data) ? data : [];
  const checks = items.map((item, index) => parseItem(reading, item, index));
  if (reading.failures.length > 0) return { ok: false, failures: reading.failures };
  return { ok: true, value: checks.filter((check) => check !== undefined), warnings: [] };
}

/** One pass over one file: its positions, and the problems found so far. */
class Reading {
  readonly failures: Failure[] = [];
  readonly source: VerifyFileSource;
  readonly yaml: LocatedYaml;
  readonly packageMap: PackageMap | undefined;

  constructor(source: VerifyFileSource, yaml: LocatedYaml) {
    this.source = source;
    this.yaml = yaml;
    this.packageMap = parsePackageMap(source.packageMap);
  }

  place(path: string): Place {
    return placeOfPath(this.yaml, path) ?? { file: this.source.file, line: 1, column: 1 };
  }

  refuse(path: string, reason: string): undefined {
    const { element, file } = this.source;
    this.failures.push({ code: 'verify-file-invalid', element, file, reason, place: this.place(path) });
    return undefined;
  }

  /** A scalar as it is spelled, so that `0755` and `1.10` stay what the author wrote. */
  text(path: string, value: unknown): string | undefined {
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean')
      return this.yaml.spellings.get(path) ?? String(value);
    return this.refuse(path, 'expected a text');
  }

  texts(path: string, value: unknown): readonly string[] {
    if (!Array.isArray(value)) {
      const single = this.text(path, value);
      return single === undefined ? [] : [single];
    }
    const items: readonly unknown[] = value;
    if (items.length === 0) this.refuse(path, 'the list is empty');
    return items
      .map((item, index) => this.text(`${path}.${index}`, item))
      .filter((text) => text !== undefined);
  }
}

function parsePackageMap(text: string | undefined): PackageMap | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as PackageMap;
  } catch {
    return undefined;
  }
}

function parseItem(reading: Reading, item: unknown, index: number): DeclaredCheck | undefined {
  const path = String(index);
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return reading.refuse(path, `expected a map with one of: ${kinds.join(', ')}`);
  }
  const fields = new Map(Object.entries(item));
  const named = kinds.filter((kind) => fields.has(kind));
  const [kind] = named;
  if (kind === undefined || named.length > 1) {
    const near = [...fields.keys()].map((key) => nearName(key, kinds)).find((name) => name !== undefined);
    const hint = named.length === 0 && near !== undefined ? `; did you mean '${near}'?` : '';
    const found = named.length > 1 ? `, not ${named.join(' and ')}` : '';
    return reading.refuse(path, `a check has exactly one of: ${kinds.join(', ')}${found}${hint}`);
  }
  const known = [kind, 'name', 'when', ...(keysOfKind[kind] ?? [])];
  for (const key of fields.keys()) {
    if (known.includes(key)) continue;
    const near = nearName(key, known);
    reading.refuse(
      `${path}.${key}`,
      `unknown key '${key}' for '${kind}'${near === undefined ? '' : `; did you mean '${near}'?`}`,
    );
  }
  const question = parseQuestion(reading, { kind, path, fields });
  const conditions = parseConditions(reading, `${path}.when`, fields.get('when'));
  if (question === undefined) return undefined;
  const name = fields.has('name') ? reading.text(`${path}.name`, fields.get('name')) : undefined;
  return {
    id: `${reading.source.element}/${index + 1}`,
    title: name ?? describeQuestion(question),
    conditions,
    question,
    packageMap: reading.packageMap,
    place: reading.place(`${path}.${kind}`),
  };
}

interface Item {
  readonly kind: string;
  readonly path: string;
  readonly fields: ReadonlyMap<string, unknown>;
}

function parseQuestion(reading: Reading, { kind, path, fields }: Item): Question | undefined {
  const at = `${path}.${kind}`;
  if (kind === 'file') return parseFileQuestion(reading, path, fields);
  if (kind === 'sysctl') {
    const key = reading.text(at, fields.get(kind));
    if (!fields.has('value')) return reading.refuse(at, "a sysctl needs a 'value'");
    const value = reading.text(`${path}.value`, fields.get('value'));
    return key === undefined || value === undefined ? undefined : { kind, key, value };
  }
  return { kind: kind as ListKind, names: reading.texts(at, fields.get(kind)) };
}

function parseFileQuestion(
  reading: Reading,
  path: string,
  fields: ReadonlyMap<string, unknown>,
): FileQuestion | undefined {
  const file = reading.text(`${path}.file`, fields.get('file'));
  if (file !== undefined && !file.startsWith('/'))
    reading.refuse(`${path}.file`, 'the path must be absolute');
  const texts = new Map<string, string>();
  for (const key of fileTexts) {
    const text = fields.has(key) ? reading.text(`${path}.${key}`, fields.get(key)) : undefined;
    if (text !== undefined) texts.set(key, text);
  }
  const lists = fileLists
    .filter((key) => fields.has(key))
    .map((key) => [key, reading.texts(`${path}.${key}`, fields.get(key))]);
  const flags: [string, boolean][] = [];
  for (const key of fileFlags) {
    const value = fields.get(key);
    if (typeof value === 'boolean') flags.push([key, value]);
    else if (value !== undefined) reading.refuse(`${path}.${key}`, 'expected true or false');
  }
  const mode = texts.get('mode');
  if (mode !== undefined && !/^0?[0-7]{3,4}$/u.test(mode))
    reading.refuse(`${path}.mode`, 'expected an octal mode such as "0755"');
  const matches = texts.get('matches');
  const expression = matches === undefined ? undefined : parseExpression(reading, `${path}.matches`, matches);
  if (file === undefined) return undefined;
  return {
    kind: 'file',
    path: file,
    ...pick(texts, ['owner', 'equals', 'link']),
    ...Object.fromEntries(lists),
    ...Object.fromEntries(flags),
    ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }),
    ...(expression === undefined ? {} : { matches: expression }),
  };
}

function pick(texts: ReadonlyMap<string, string>, keys: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(keys.flatMap((key) => (texts.has(key) ? [[key, texts.get(key) ?? '']] : [])));
}

function parseExpression(reading: Reading, path: string, text: string): RegExp | undefined {
  try {
    return new RegExp(text, 'mu');
  } catch (error) {
    return reading.refuse(path, error instanceof Error ? error.message : 'not a regular expression');
  }
}

const condition = /^(?<variable>[A-Za-z_]\w*)\s*(?<sign>!?=)\s*(?<value>.*)$/u;

function parseConditions(reading: Reading, path: string, value: unknown): readonly Condition[] {
  if (value === undefined) return [];
  return reading.texts(path, value).flatMap((text) => {
    const groups = condition.exec(text.trim())?.groups;
    if (groups === undefined) {
      reading.refuse(path, `expected "VARIABLE=value" or "VARIABLE!=value", found '${text}'`);
      return [];
    }
    return [
      { variable: groups['variable'] ?? '', value: groups['value'] ?? '', negated: groups['sign'] === '!=' },
    ];
  });
}

function describeQuestion(question: Question): string {
  switch (question.kind) {
    case 'file':
      return question.absent === true ? `${question.path} is absent` : `${question.path} is as declared`;
    case 'sysctl':
      return `${question.key} is ${question.value}`;
    case 'packages':
      return `installed: ${question.names.join(', ')}`;
    case 'packages-absent':
      return `not installed: ${question.names.join(', ')}`;
    case 'unit-enabled':
      return `enabled: ${question.names.join(', ')}`;
    case 'unit-disabled':
      return `not enabled: ${question.names.join(', ')}`;
    case 'glob-absent':
      return `absent: ${question.names.join(', ')}`;
    default:
      return `${question.kind.replaceAll('-', ' ')}: ${question.names.join(', ')}`;
  }
}
