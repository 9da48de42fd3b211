import { byteOrder } from '../util/byte-order.ts';
import type { Element, ElementFile } from './element.ts';

/** Which variables of the environment the files of some elements may read. Both lists in byte order. */
export interface MentionedVariables {
  readonly names: readonly string[];
  /** Beginnings of names that are put together when a hook runs: `DIB_REPOREF_`. */
  readonly prefixes: readonly string[];
}

/**
 * Finds the variables that elements mention, so that only these reach their hooks and their keys.
 *
 * This reads text, not meaning, and rather finds too many: a name too many can cost a needless rebuild, a name
 * too few gives a wrong image. Found are expansions of the shell (`$X`, `${X…}`, `${!X}`, `${!X*}`, `-v X`,
 * names in arithmetic), look-ups by other languages (`os.environ["X"]`, `getenv('X')`, `ENV["X"]`), conditions
 * (`when: X = …`), and, outside of comments, any word in capitals with an underscore in it (`DIB_RELEASE`),
 * because scripts hand names on. Such a word that ends in an underscore, or goes on with something computed
 * (`DIB_REPO$kind`, `DIB_PIP_%s`), is a prefix. What `element.yaml` declares is added. Files with a zero byte
 * are not text.
 */
export function mentionedVariables(elements: readonly Element[]): MentionedVariables {
  return variablesMentionedIn(
    elements.flatMap((element) => element.files),
    elements.flatMap((element) => element.declarations.variables),
  );
}

/** The same for some files only, together with what is declared (`NAME`, or `NAME_*` for a prefix). */
export function variablesMentionedIn(
  files: readonly Pick<ElementFile, 'kind' | 'content'>[],
  declared: readonly string[],
): MentionedVariables {
  const found: Found = { names: new Set(), prefixes: new Set() };
  for (const name of declared) {
    if (name.endsWith('*')) found.prefixes.add(name.slice(0, -1));
    else found.names.add(name);
  }
  for (const file of files) {
    const inFile = mentionedBy(file);
    for (const name of inFile.names) found.names.add(name);
    for (const prefix of inFile.prefixes) found.prefixes.add(prefix);
  }
  return { names: [...found.names].toSorted(byteOrder), prefixes: [...found.prefixes].toSorted(byteOrder) };
}

/** One file is asked for every step of every image that sees it; its bytes never change once read. */
const knownFiles = new WeakMap<Buffer, Found>();

function mentionedBy({ kind, content }: Pick<ElementFile, 'kind' | 'content'>): Found {
  const known = knownFiles.get(content);
  if (known !== undefined) return known;
  const found: Found = { names: new Set(), prefixes: new Set() };
  if (kind === 'file' && !content.includes(0)) collect(content.toString('utf8'), found);
  knownFiles.set(content, found);
  return found;
}

/** Whether a variable is among the mentioned ones, by name or by prefix. */
export function isMentioned(name: string, mentioned: MentionedVariables): boolean {
  let names = knownNames.get(mentioned.names);
  if (names === undefined) knownNames.set(mentioned.names, (names = new Set(mentioned.names)));
  return names.has(name) || mentioned.prefixes.some((prefix) => name.startsWith(prefix));
}

/** Each list is asked for many names. */
const knownNames = new WeakMap<readonly string[], ReadonlySet<string>>();

interface Found {
  readonly names: Set<string>;
  readonly prefixes: Set<string>;
}

const name = '[A-Za-z_][A-Za-z0-9_]*';

/** Each has the variable's name as its first group. */
const readings: readonly RegExp[] = [
  new RegExp(`\\$(${name})`, 'g'),
  new RegExp(`\\$\\{[#!]?(${name})`, 'g'),
  new RegExp(`(?<![\\w-])-v\\s+["']?(${name})`, 'g'),
  new RegExp(
    `(?:environb?|env|getenvb?|ENV|ENVIRON)(?:\\.get|\\.pop|\\.setdefault)?\\s*[[({]\\s*b?["']?(${name})`,
    'g',
  ),
  new RegExp(`["'](${name})["']\\s+(?:not\\s+)?in\\s+(?:os\\.)?env`, 'g'),
  new RegExp(`\\bprintenv\\s+["']?(${name})`, 'g'),
  new RegExp(`(?<![\\w-])when["']?\\s*:\\s*\\[?\\s*["']?(${name})\\s*!?=`, 'g'),
];

const namesByPattern = new RegExp(`\\$\\{!(${name})[*@]\\}`, 'g');
const arithmetic = /\(\(([^\n]*?)\)\)/g;
const identifier = new RegExp(`(?<![\\w$])${name}`, 'g');
const commentLine = /^[ \t]*#.*$/gm;
const whenList = /(?<![\w-])when[ \t]*:[ \t]*\n((?:[ \t]*-[ \t].*(?:\n|$))+)/g;
const whenItem = new RegExp(`^[ \\t]*-[ \\t]+["']?(${name})\\s*!?=`, 'gm');

/**
 * A word in capitals with an underscore, and what follows it if that makes it the beginning of a name. After an
 * unescaped `$` it is an expansion, complete as it stands.
 */
const capitals = /(?<![A-Za-z0-9_]|(?<!\\)\$|(?<!\\)\$\{[!#]?)([A-Z][A-Z0-9]*_[A-Za-z0-9_]*)(\$|\{|%s|\*)?/g;

function collect(text: string, found: Found): void {
  for (const reading of readings) {
    for (const match of text.matchAll(reading)) addName(match[1], found);
  }
  for (const match of text.matchAll(namesByPattern)) addPrefix(match[1], found);
  for (const match of text.matchAll(arithmetic)) {
    for (const [word] of (match[1] ?? '').matchAll(identifier)) addName(word, found);
  }
  for (const [, list = ''] of text.matchAll(whenList)) {
    for (const match of list.matchAll(whenItem)) addName(match[1], found);
  }
  for (const [, word = '', rest] of text.replaceAll(commentLine, '').matchAll(capitals)) {
    if (word.endsWith('_') || rest !== undefined) addPrefix(word, found);
    else found.names.add(word);
  }
}

function addName(word: string | undefined, found: Found): void {
  if (word === undefined) return;
  found.names.add(word);
}

/** A prefix of one or two letters would let everything through. */
function addPrefix(word: string | undefined, found: Found): void {
  if (word !== undefined && word.length >= 4) found.prefixes.add(word);
}
