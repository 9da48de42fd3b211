import { byteOrder } from '../util/byte-order.ts';
import { isMentioned, type MentionedVariables } from './mentioned-variables.ts';

/**
 * Variables of a login session, of the tools that start a build, or of the shell that runs a hook. Scripts
 * mention many of them, but the user's values must not decide what goes into an image: a hook gets those of the
 * sandbox, or none. A `*` at the end stands for any rest.
 */
export const sessionVariables: readonly string[] = [
  'HOME PATH USER LOGNAME SHELL TERM PWD OLDPWD LANG LANGUAGE LC_* TMPDIR DISPLAY MAIL HOSTNAME',
  'SSH_* XDG_* SUDO_* EDITOR VISUAL PAGER COLUMNS LINES VIRTUAL_ENV PYTHONPATH',
  'NODE_* npm_* NX_* CI SHLVL _ PS1 PS4 BASH_* LD_*',
].flatMap((line) => line.split(' '));

/** The network needs these whether a script names them or not (curl, apt, pip and git read them). */
const alwaysLetThrough: ReadonlySet<string> = new Set(
  ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]),
);

/**
 * The part of the user's environment that hooks get to see, and that enters their keys: what the elements
 * mention and the proxies, without the session's variables. In byte order of the names.
 */
export function selectEnvironment(
  userEnvironment: Readonly<Record<string, string | undefined>>,
  mentioned: MentionedVariables,
): Readonly<Record<string, string>> {
  const selected = Object.entries(userEnvironment).flatMap(([name, value]) =>
    value !== undefined && isLetThrough(name, mentioned) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(selected.toSorted(([a], [b]) => byteOrder(a, b)));
}

function isLetThrough(name: string, mentioned: MentionedVariables): boolean {
  return alwaysLetThrough.has(name) || (!isSessionVariable(name) && isMentioned(name, mentioned));
}

const wholeNames: ReadonlySet<string> = new Set(sessionVariables);
const beginnings = sessionVariables.filter((it) => it.endsWith('*')).map((it) => it.slice(0, -1));

/** Whether a variable belongs to the login session and never reaches a hook. */
export function isSessionVariable(name: string): boolean {
  return wholeNames.has(name) || beginnings.some((beginning) => name.startsWith(beginning));
}
