import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Answer = 'yes' | 'no';

/** One line of the table. */
export interface MatrixRow {
  readonly resolves: Answer;
  readonly builds: Answer | 'not tried';
  readonly verified: Answer | '–';
  readonly remark: string;
}

const document = join(import.meta.dirname, '..', '..', 'docs', 'compatibility.md');
const begin = '<!-- elements: written by test/compat/upstream-matrix.ts -->';
const end = '<!-- end of elements -->';

/** Writes the table into docs/compatibility.md, a row for each name that has one. */
export function writeMatrix(names: readonly string[], rows: Readonly<Record<string, MatrixRow>>): void {
  const text = readFileSync(document, 'utf8');
  const [before, rest] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end))];
  if (!text.includes(begin) || !text.includes(end)) throw new Error(`${document} has no place for the table`);
  const done = names.flatMap((name) => (rows[name] === undefined ? [] : [{ name, ...rows[name] }]));
  const count = (key: 'resolves' | 'builds' | 'verified'): number =>
    done.filter((row) => row[key] === 'yes').length;
  const lines = [
    begin,
    '',
    `Of ${names.length} elements, ${count('resolves')} resolve, ${count('builds')} build, and of ${count('verified')} it was verified that what they are for is in the image.`,
    '',
    '| element | resolves | builds | verified | why not |',
    '|---|---|---|---|---|',
    ...done.map(
      (row) => `| ${row.name} | ${row.resolves} | ${row.builds} | ${row.verified} | ${row.remark} |`,
    ),
    '',
  ];
  writeFileSync(document, `${before}${lines.join('\n')}${rest}`);
}

/** The rows that earlier runs kept in a work folder. */
export function readRows(file: string): Record<string, MatrixRow> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, MatrixRow>) : {};
}

/** The line of a log that says best why it ended so. */
export function lastWords(log: string): string {
  const lines = log
    .split('\n')
    .map((line) =>
      line
        .replace(/^\S+ \S+ \| /, '')
        .replace(/^.*\r/, '')
        .replace(/^\s*(?:\| )?(?:> )?/, '')
        // curl's meter stands before what it says.
        .replace(/^[\d\s:.-]+(?=curl: )/, '')
        .trim(),
    )
    .filter((line) => line !== '' && !/^(?:=|\+|whole log|warning\[)/.test(line));
  const told = lines.filter((line) => telling.test(line));
  const cause = lines.findLast((line) => causes.test(line));
  const words =
    cause ?? told.findLast((line) => !line.startsWith('error[')) ?? told.at(-1) ?? lines.at(-1) ?? '';
  return forTable(words);
}

/** What says why better than what follows from it. */
const causes =
  /Could(?: not|n't) resolve host|Unable to locate package|has no installation candidate|You must have|No such host|no such host|Only \S+ (?:is|are) supported/;

const telling =
  /not found|not set|not configured|image file configured|Cannot connect|cannot|unbound variable|There is a duplicated|already provided|Please include|No such file|E: |error/i;

/** The last command that a traced log shows which reaches outside, else the last one: `it ended at …`. */
export function lastTraced(log: string): string | undefined {
  const traced = log
    .split('\n')
    .flatMap((line) => /(?:\| |^)\++ (?:\S+:\d+:\s+)?(.*)/.exec(line)?.[1]?.trim() ?? [])
    .filter((line) => line !== '');
  const command =
    traced.findLast((line) => /^(?:sudo )?(?:curl|wget|podman|docker)\b/.test(line)) ?? traced.at(-1);
  return command === undefined ? undefined : forTable(`says nothing; ended at \`${command}\``);
}

/** Short, in one cell, and without the hosts that this or that machine reaches. */
function forTable(words: string): string {
  return words
    .replaceAll('|', '\\|')
    .replaceAll(/(?: on)? \d+(?:\.\d+){3}(?::\d+)?/g, '')
    .replaceAll(/\b(?:https?:\/\/)?[\w.-]+\.(?:org|com|net|io)\b[^\s`']*/g, '(a host)')
    .slice(0, 160);
}
