import type { HookFile } from '../elements/merge-hooks.ts';
import { textOf } from './text-of.ts';

/**
 * Which files of environment.d matter to a step, given the text of all else that its hooks can see.
 *
 * A file is left out if it plainly does nothing but export variables of diskimage-builder (`DIB_…`, which no program reads by
 * itself) that neither the step's scripts nor a file that matters mentions. So two images whose elements differ only in late steps
 * share the early ones. A file that does anything else, or might, stays. A veto (`exit 1`) still comes: when the image is locked, and in
 * the steps where the file matters.
 */
export function relevantEnvironmentFiles(
  environmentFiles: readonly HookFile[],
  stepText: string,
): readonly HookFile[] {
  const relevant = new Set(environmentFiles.filter((file) => exportsOf(file) === undefined));
  for (let grown = true; grown;) {
    const text = `${stepText}\n${textOf([...relevant])}`;
    const more = environmentFiles.filter(
      (file) => !relevant.has(file) && exportsOf(file)?.some((name) => text.includes(name)) === true,
    );
    for (const file of more) relevant.add(file);
    grown = more.length > 0;
  }
  return environmentFiles.filter((file) => relevant.has(file));
}

/** Statements that could export something in a way that cannot be read off the text. */
const opaque =
  /(^|[;&|(]|\b(?:then|else|do)\s)\s*(eval|source|\.|declare|typeset|return|exec|trap)\s|\breturn\s*(\d|$|;)|\bset\s+-\w*a|\bexport\s+["'$-]|\$\(|`/m;

/** One file is asked for every step of every image that has it; its bytes never change once read. */
const knownExports = new WeakMap<Buffer, { readonly names: readonly string[] | undefined }>();

/** Names that a file exports, if that is all it does and all are diskimage-builder's own; else undefined. */
function exportsOf(file: HookFile): readonly string[] | undefined {
  if (file.kind !== 'file') return undefined;
  const known = knownExports.get(file.content) ?? { names: exportsIn(textOf([file])) };
  knownExports.set(file.content, known);
  return known.names;
}

function exportsIn(script: string): readonly string[] | undefined {
  const text = script.replaceAll(/^\s*#.*$/gm, '');
  if (opaque.test(text)) return undefined;
  const withoutValues = text.replaceAll(/\$\{[^}]*\}|"[^"]*"|'[^']*'/g, '');
  const names = [...withoutValues.matchAll(/\bexport\s+([^\n;]*)/g)].flatMap(([, rest = '']) =>
    [...rest.matchAll(/(?:^|\s)([A-Za-z_]\w*)(?==|\s|$)/g)].map(([, name = '']) => name),
  );
  return names.length > 0 && names.every((name) => name.startsWith('DIB_')) ? names : undefined;
}
