import { scriptsIn } from '../elements/order-hooks.ts';
import type { HookFile } from '../elements/merge-hooks.ts';
import type { ResolvedImage } from '../elements/resolved-image.ts';
import { keyOf } from '../fingerprint/key-record.ts';
import type { Key } from '../fingerprint/digest.ts';
import { declaredSecrets, hookEnvironment, type EnvironmentSources } from './hook-environment.ts';
import { mergedHooks } from './plan-build.ts';
import { describe } from './plan-step.ts';
import { lockFolder, reachableFiles } from './visible-files.ts';

/** How the elements of an image are asked what is to be locked: their scripts in `lock.d`, run on the host in hook order. */
export interface LockPlan {
  readonly scripts: readonly HookFile[];
  /** Files that the scripts find in the hooks directory. */
  readonly hooksDirectory: readonly HookFile[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** Equal keys, on one host, give equal answers. */
  readonly key: Key;
}

/**
 * Plans the question. Pure. Undefined where no element has anything to lock.
 *
 * @param host facts of the host that the scripts look at, by name.
 */
export function planLock(
  image: ResolvedImage,
  sources: EnvironmentSources,
  host: Readonly<Record<string, string>>,
): LockPlan | undefined {
  const merged = mergedHooks(image);
  const scripts = scriptsIn(merged, lockFolder);
  if (scripts.length === 0) return undefined;
  const hooksDirectory = reachableFiles(merged, ['environment.d', lockFolder]);
  const environment = hookEnvironment(image, { name: 'extra-data', files: hooksDirectory }, sources);
  const inputs = {
    ...Object.fromEntries(hooksDirectory.map((file) => [file.path, describe(file)])),
    ...Object.fromEntries(
      Object.entries(environment.keyed).map(([name, value]) => [`environment ${name}`, value]),
    ),
    ...Object.fromEntries(Object.entries(host).map(([name, value]) => [`host ${name}`, value])),
  };
  return {
    scripts,
    hooksDirectory,
    environment: environment.variables,
    secrets: declaredSecrets(image),
    key: keyOf({ version: 1, inputs }),
  };
}
