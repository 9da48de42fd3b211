import { maskSecrets } from '../elements/mask-secrets.ts';
import { isSecretName } from '../elements/secret-variables.ts';
import { byteOrder } from '../util/byte-order.ts';

/** How a build was asked for, as it may be written into an image. */
export interface CallerEnvironment {
  /** Variables of diskimage-builder that the caller set. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Words of the command line after the command. */
  readonly arguments: readonly string[];
  /** Names of variables that elements declare secret. */
  readonly secrets: readonly string[];
}

/** These decide how bytes travel, where a build works and what it prints, and nothing of the image. */
const sayingHow: ReadonlySet<string> = new Set([
  'DIB_CHECKSUM',
  'DIB_IMAGE_CACHE',
  'DIB_LOCKFILES',
  'DIB_MIN_TMPFS',
  'DIB_NO_TIMESTAMP',
  'DIB_NO_TMPFS',
  'DIB_OFFLINE',
  'DIB_QUIET',
  'DIB_SHOW_IMAGE_USAGE',
  'DIB_SHOW_IMAGE_USAGE_FULL',
]);

/**
 * DIB_ENV and DIB_ARGS: a dump of the caller's DIB_ variables in the form of bash's `declare -p`, and the arguments. The
 * element `manifests` writes both into the image, so secrets are masked, and what says how a build goes about its work is left out.
 */
export function callerVariables(caller: CallerEnvironment): Readonly<Record<string, string>> {
  const set = Object.entries(caller.variables)
    .flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
    .toSorted(([a], [b]) => byteOrder(a, b));
  const masked = maskSecrets(Object.fromEntries(set), caller.secrets);
  const dumped = set
    .filter(([name]) => name.startsWith('DIB_') && !sayingHow.has(name))
    .map(([name, value]) => {
      const shown = value !== '' && isSecretName(name, caller.secrets) ? '***' : value;
      return `declare -x ${name}="${shown.replaceAll(/["$`\\]/g, '\\$&')}"`;
    });
  const words = caller.arguments.join(' ');
  const ownMask = maskSecrets({ DIB_ARGS: words }, caller.secrets);
  return { DIB_ENV: dumped.map(masked).join('\n'), DIB_ARGS: ownMask(masked(words)) };
}
