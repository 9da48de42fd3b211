import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';
import { hostPath } from '../../util/run-command.ts';
import { hostHookPath, rootOn } from '../steps/hook-places.ts';

/** A shell that is to be opened in a step's tree. */
export interface ShellEntry {
  readonly side: 'chroot' | 'host';
  /** As hooks have them there. */
  readonly env: Readonly<Record<string, string>>;
  readonly prompt: string;
  /** TERM of the user's terminal, if there is one. */
  readonly terminal: string | undefined;
}

/** A step's tree, as far as a shell needs it. */
export interface ShellTree {
  readonly sandbox: Sandbox;
  /** The work folder, as the host sees it. */
  readonly folder: string;
}

/**
 * Makes ready for a shell, and returns the words that run a command there when they stand before it: in the tree, or on the host with the
 * tree beside it, in the namespaces and with the environment of hooks.
 */
export async function enterTree(
  { sandbox, folder }: ShellTree,
  { side, env, prompt, terminal }: ShellEntry,
): Promise<readonly [string, ...string[]]> {
  const isInside = side === 'chroot';
  const variables = {
    ...(isInside ? {} : hostVariables),
    ...env,
    PATH: isInside ? hostPath : hostHookPath,
    TERM: terminal ?? 'dumb',
    HISTFILE: '',
    PS1: prompt,
  };
  // Variables come from a file: standard input is the terminal, and arguments can be seen by everybody.
  await writeFile(join(folder, 'shell-environment'), encode(variables), { mode: 0o600 });
  const [program = '', ...args] = [...sandbox.entry, 'bash', '--norc', '-c', launcher, 'kiln-shell'];
  return [program, ...args, `${sandboxPaths.build}/shell-environment`, ...rootOn(side)];
}

/** Where things are, whether or not a hook of the step mentions it. */
const hostVariables = {
  TMP_BUILD_DIR: sandboxPaths.build,
  TMP_HOOKS_PATH: sandboxPaths.hooks,
  TMP_MOUNT_PATH: sandboxPaths.targetRoot,
  TARGET_ROOT: sandboxPaths.targetRoot,
  ELEMENTS_PATH: sandboxPaths.elements,
  DIB_IMAGE_CACHE: sandboxPaths.imageCache,
};

const launcher =
  'mapfile -d "" -t variables <"$1" || exit; rm -f "$1"; shift; cd /; exec env -i "${variables[@]}" "$@"';

function encode(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\0`)
    .join('');
}
