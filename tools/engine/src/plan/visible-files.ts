import { posix } from 'node:path';
import type { HookFile } from '../elements/merge-hooks.ts';
import { chrootPhases, phases, type Phase } from '../util/phase.ts';
import { relevantEnvironmentFiles } from './relevant-environment-files.ts';
import { textOf } from './text-of.ts';

const phaseFolders: ReadonlySet<string> = new Set(phases.map((phase) => `${phase}.d`));

/** First part of a path in the hooks directory: `install.d` of `install.d/10-web`, or the file itself. */
export function topOf(path: string): string {
  const end = path.indexOf('/');
  return end < 0 ? path : path.slice(0, end);
}

/**
 * The part of the hooks directory that the hooks of some phases get to see, and that therefore enters their key.
 *
 * That is what matters of `environment.d`, the phases' own folders, and those folders and files beside them whose names their scripts mention
 * (`static`, `source-repository-…`). Folders of other phases are seen by extra-data hooks, which may rewrite them, and where a script
 * names a path that leads there.
 * Scripts in `bin` count when a hook names that folder by way of the hooks directory: every script says `/bin/bash`. Those in
 * `kiln-programs` stand on the PATH, so they count when a hook names one. What `kiln-apt` lends counts in every step inside the chroot:
 * any program there may call apt.
 */
export function visibleHookFiles(
  all: readonly HookFile[],
  stepPhases: readonly Phase[],
): readonly HookFile[] {
  const others = all.filter((file) => topOf(file.path) !== lockFolder);
  if (stepPhases.includes('extra-data')) return others;
  const own = stepPhases.map((phase) => `${phase}.d`);
  if (stepPhases.some((phase) => chrootPhases.has(phase))) own.push(aptFolder);
  const reachable = reachableFiles(others, ['environment.d', ...own]);
  const rest = reachable.filter((file) => topOf(file.path) !== 'environment.d');
  const settings = reachable.filter((file) => topOf(file.path) === 'environment.d');
  const relevant = new Set([...rest, ...relevantEnvironmentFiles(settings, textOf(rest))]);
  return reachable.filter((file) => relevant.has(file));
}

/**
 * Programs that host hooks find before those of the host of the same name. Not a phase; what Kiln lends to an element that it knows.
 */
export const programsFolder = 'kiln-programs';

/**
 * What apt reads when hooks in the chroot call it, and programs that it lets maintainer scripts find first. Not a phase; lent as well.
 */
export const aptFolder = 'kiln-apt';

/** Scripts that tell what is to be locked. Not a phase: no hook sees them. */
export const lockFolder = 'lock.d';

/** Some folders of the hooks directory, and the folders and files that the scripts in them mention. */
export function reachableFiles(all: readonly HookFile[], folders: readonly string[]): readonly HookFile[] {
  const own = new Set(folders);
  const text = textOf(all.filter((file) => own.has(topOf(file.path))));
  for (const [folder, leadsThere] of waysTo) if (leadsThere.test(text)) own.add(folder);
  if (mentionsBin.test(text)) own.add('bin');
  const candidates = all.filter((file) => !own.has(topOf(file.path)) && !isHookFolder(topOf(file.path)));
  let reachable = own.has('bin') ? `${text}\n${textOf(all.filter(isInBin))}` : text;
  let found = mentionedIn(candidates, reachable);
  // Scripts at the top (`library.bash`) mention others in turn.
  for (let before = -1; before !== found.length;) {
    before = found.length;
    reachable = `${reachable}\n${textOf(found.filter((file) => file.path === topOf(file.path)))}`;
    found = mentionedIn(candidates, reachable);
  }
  const wanted = new Set(found);
  return all.filter((file) => own.has(topOf(file.path)) || wanted.has(file));
}

/** Many files go by one name, that of their folder. */
function mentionedIn(files: readonly HookFile[], text: string): readonly HookFile[] {
  const names = new Set(files.map(nameOf));
  const mentioned = new Set([...names].filter((name) => isMentioned(name, text)));
  return files.filter((file) => mentioned.has(nameOf(file)));
}

/** By what name scripts get at a file. */
function nameOf({ path }: HookFile): string {
  return topOf(path) === programsFolder ? posix.basename(path) : topOf(path);
}

function isHookFolder(top: string): boolean {
  return phaseFolders.has(top) || top === 'bin';
}

function isInBin(file: HookFile): boolean {
  return topOf(file.path) === 'bin';
}

/** Paths into folders of the hooks directory. The name of a phase alone stands in many scripts. */
const waysTo: ReadonlyMap<string, RegExp> = new Map(
  [...phaseFolders].map((folder) => [
    folder,
    new RegExp(`(?:in_target\\.d|TMP_HOOKS_PATH\\}?["']?|\\.\\.)/${folder.replace('.', '\\.')}(?![\\w-])`),
  ]),
);

const mentionsBin = /(TMP_HOOKS_PATH|in_target\.d|dirname|\.\.|_LIB)[^\n]*\/bin\b/;

/** A file such as `source-repository-x` is mentioned by its beginning too, because scripts find it with a pattern. */
function isMentioned(name: string, text: string): boolean {
  const beginning = /^(source-repository|package-installs)-/.exec(name)?.[0];
  return hasWord(text, name) || (beginning !== undefined && hasWord(text, beginning));
}

/** Not as the end of a longer name: who sources `apt-source-lines.bash` does not mean `source-lines.bash`. */
function hasWord(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!/[\w.-]/.test(text.charAt(at - 1))) return true;
  }
  return false;
}

const notForElementsPath: readonly string[] = ['environment.d', lockFolder, programsFolder, aptFolder];

/**
 * The files of the elements themselves that host hooks see below ELEMENTS_PATH: lists and maps at the top, and data
 * folders, but no hook of any phase. Nothing where no script of the step looks there.
 */
export function visibleElementFiles(all: readonly HookFile[], hooksText: string): readonly HookFile[] {
  if (!/ELEMENTS_PATH|IMAGE_ELEMENT|get_image_element_array/.test(hooksText)) return [];
  return all.filter((file) => {
    const inside = file.path.split('/').slice(1).join('/');
    return !phaseFolders.has(topOf(inside)) && !notForElementsPath.includes(topOf(inside));
  });
}

/** Whether a file of the hooks directory is in the key by name and mode alone: another phase's hook, seen by extra-data. */
export function countsByNameOnly(file: HookFile, stepPhases: readonly Phase[]): boolean {
  const top = topOf(file.path);
  if (!phaseFolders.has(top) || stepPhases.some((phase) => `${phase}.d` === top)) return false;
  return posix.dirname(file.path) === top && (file.mode & 0o111) !== 0;
}
