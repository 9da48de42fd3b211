import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildFailure } from '../../diagnostics/failure.ts';
import type { ResolvedImage } from '../../elements/resolved-image.ts';
import { isSecret } from '../../elements/secret-variables.ts';
import { keyOf } from '../../fingerprint/key-record.ts';
import type { BuildPlan } from '../../plan/build-plan.ts';
import { declaredSecrets, type EnvironmentSources, hookEnvironment } from '../../plan/hook-environment.ts';
import { mergedHooks } from '../../plan/plan-build.ts';
import { byteOrder } from '../../util/byte-order.ts';
import { sourceEnvironment } from '../steps/run-hooks.ts';
import { withHooks } from '../steps/with-hooks.ts';
import type { Workbench } from '../workbench.ts';

/** Values of variables by name. */
export type ExportedVariables = Readonly<Record<string, string>>;

/**
 * Finds out what hooks see in the variables that the elements' checks look at (`when:` in verify.yaml): environment.d decides,
 * after what the definition and the user say. A variable that hooks do not see is not there, and neither is a secret.
 *
 * The answer is kept in the content store, under all that it depends on.
 */
export async function exportedVariables(
  bench: Workbench,
  image: ResolvedImage,
  plan: BuildPlan,
  sources: EnvironmentSources,
): Promise<ExportedVariables> {
  const secrets = declaredSecrets(image);
  const names = (await variablesOfChecks(image)).filter((name) => !isSecret(name, '', secrets));
  if (names.length === 0) return {};
  // All of them: a step has those alone that matter to it.
  const hooks = mergedHooks(image).filter(({ path }) => path.startsWith('environment.d/'));
  const variables: Record<string, string> = {
    ...hookEnvironment(image, { name: 'extra-data', files: hooks }, sources).variables,
  };
  for (const { environment } of plan.steps) Object.assign(variables, environment);
  const open = Object.entries(variables).filter(([name, value]) => !isSecret(name, value, secrets));
  const key = `exported variables ${keyOf({
    version: 1,
    inputs: {
      ...Object.fromEntries(hooks.map(({ path, digest }) => [path, digest])),
      ...Object.fromEntries(open.map(([name, value]) => [`environment ${name}`, value])),
      names: names.join(' '),
    },
  })}`;
  const kept = await bench.store.find<ExportedVariables>(key);
  if (kept !== undefined) return kept.metadata;
  const exported = await withHooks(bench, hooks, (sandbox) =>
    sourceEnvironment(sandbox, 'root', { files: hooks, variables, secrets }),
  ).catch(noneOfFailure);
  const found = names.flatMap((name): readonly (readonly [string, string])[] => {
    const value = exported[name];
    return value === undefined || isSecret(name, value, secrets) ? [] : [[name, value]];
  });
  const answer: ExportedVariables = Object.fromEntries(found);
  await bench.store.commitBytes(key, Buffer.from(JSON.stringify(answer)), answer);
  return answer;
}

/** A file that matters to no step may fail for all that an image cares. */
function noneOfFailure(error: unknown): ExportedVariables {
  if (error instanceof BuildFailure) return {};
  throw error;
}

/** Names before `=` or `!=` in what stands behind `when:`; a name too many does no harm. In byte order. */
async function variablesOfChecks({ elements }: ResolvedImage): Promise<readonly string[]> {
  // Checks are no part of what hooks see of an element, and so not of what was read of it.
  const texts = await Promise.all(
    elements.map(({ directory }) => readFile(join(directory, 'verify.yaml'), 'utf8').catch(() => '')),
  );
  const found = texts.flatMap((text) =>
    [...text.matchAll(/\b([A-Z]\w*)\s*!?=/g)].map(([, name]) => name ?? ''),
  );
  return [...new Set(found)].toSorted(byteOrder);
}
