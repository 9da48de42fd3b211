import { posix } from 'node:path';
import type { HookFile } from '../elements/merge-hooks.ts';
import { phases } from '../util/phase.ts';
import { textOf } from './text-of.ts';

const folders = [...phases.filter((phase) => phase !== 'extra-data'), 'first-boot'].map((it) => `${it}\\.d`);
const phaseFolder = new RegExp(`(?<![\\w.-])(?:${folders.join('|')})(?![\\w-])`);

/** Programs and redirections by which the bytes of a file get somewhere else. What follows a pipe reads the pipe. */
const readsBytes =
  /(?<!\|\s*)(?<![\w./-])(?:cat|cp|mv|sed|awk|gawk|mawk|grep|egrep|head|tail|cut|sort|chmod|chown|install|rsync|tar|cpio|dd|tee|patch|perl|python3?|source|split|diff|cmp|wc|xargs|mapfile|readarray|read|(?:md5|sha\d+)sum)\s|(?<!<)<\s*(?![<&(])|-exec\b|>>/;

/** A folder that is entered: what is done there need not name it again. */
const entersHooks = new RegExp(
  `\\b(?:cd|pushd|env\\s+-C)\\s+["']?[^\\s;&|]*(?:TMP_HOOKS_PATH\\}?["']?(?:\\s|;|&|$)|${folders.join('|')})`,
  'm',
);

/** The whole of the hooks directory, handed to something that descends into it. */
const takesAll = /^(?!.*-maxdepth\s+1\b).*TMP_HOOKS_PATH\}?["']?\/?(?:\*|\s|["')]|$)/m;

/**
 * Whether scripts of extra-data.d may read what hooks of other phases say, or change them, and not just add, link and remove them by name.
 * Then the text of those hooks decides what the step leaves, and counts in its key. This reads text, not meaning, and rather
 * says yes: that costs a run of the step, the other a wrong image.
 */
export function readsOtherHooks(hooksDirectory: readonly HookFile[]): boolean {
  const scripts = hooksDirectory.filter(
    (file) => file.path.startsWith('extra-data.d/') || posix.dirname(file.path) === 'bin',
  );
  return scripts.some((file) => mayRead(textOf([file])));
}

function mayRead(text: string): boolean {
  const code = text.replaceAll(/^\s*#(?!!).*$/gm, '').replaceAll('\\\n', ' ');
  const isShell = /^#!.*\b(?:ba|da|k|z)?sh\b/.test(code);
  if (!isShell) return code.startsWith('#!') && /TMP_HOOKS_PATH|hooks/.test(code) && phaseFolder.test(code);
  const lines = code.split('\n');
  return (
    lines.some((line) => (phaseFolder.test(line) || takesAll.test(line)) && readsBytes.test(line)) ||
    (entersHooks.test(code) && lines.some((line) => readsBytes.test(line)))
  );
}
