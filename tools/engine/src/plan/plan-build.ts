import { mergeHooks, type HookFile } from '../elements/merge-hooks.ts';
import { hooksOfPhase } from '../elements/order-hooks.ts';
import type { ResolvedImage } from '../elements/resolved-image.ts';
import { digestOf } from '../fingerprint/digest.ts';
import { byteOrder } from '../util/byte-order.ts';
import { type Phase, phases } from '../util/phase.ts';
import type { BuildPlan } from './build-plan.ts';
import { firstBootHook } from './first-boot.ts';
import { installTypePath, packagesOf, planStep, writersFor } from './plan-step.ts';
import type { PlanSources } from './plan-sources.ts';
import { steps, stepsWithoutHooks } from './step.ts';
import { topOf } from './visible-files.ts';

/**
 * Turns a resolved image into the ordered steps that produce it.
 *
 * Pure: equal arguments give an equal plan, whatever order elements were named in. A step that has no hooks, and in
 * which the framework itself changes nothing, is left out.
 */
export function planBuild(image: ResolvedImage, sources: PlanSources): BuildPlan {
  const merged = mergedHooks(image);
  const elementFiles = filesByElement(image);
  const isWanted = ({ name, phases: own }: (typeof steps)[number]): boolean =>
    stepsWithoutHooks.has(name) ||
    sources.breakSteps?.has(name) === true ||
    packagesOf(image, name).length > 0 ||
    own.some((phase) => hooksOfPhase(merged, phase).length > 0 || givesHooks(merged, phase));
  return {
    image: image.definition.name,
    steps: steps.filter(isWanted).map((step) => planStep(image, { ...step, merged, elementFiles }, sources)),
    epochSeconds: sources.epochSeconds,
  };
}

/** Whether extra-data hooks may give hooks to a phase that has none of its own. */
function givesHooks(merged: readonly HookFile[], phase: Phase): boolean {
  const afterExtraData = phases.indexOf(phase) > phases.indexOf('extra-data');
  if (!afterExtraData || hooksOfPhase(merged, 'extra-data').length === 0) return false;
  const folder = `${phase}.d`;
  return merged.some(({ path }) => topOf(path) === folder) || writersFor(merged, phase).length > 0;
}

/** The hooks of all elements of an image, laid together, and those of the framework itself. */
export function mergedHooks(image: ResolvedImage): readonly HookFile[] {
  const { files } = mergeHooks(image.elements);
  return withInstallType([...files, ...firstBootHook(files)]);
}

/** diskimage-builder writes this file after root.d, so that hooks see the default install type from extra-data on. */
function withInstallType(files: readonly HookFile[]): readonly HookFile[] {
  const content = Buffer.from('export DIB_DEFAULT_INSTALLTYPE=${DIB_DEFAULT_INSTALLTYPE:-source}\n');
  const file: HookFile = {
    path: installTypePath,
    mode: 0o644,
    kind: 'file',
    content,
    digest: digestOf(content),
    element: 'kiln',
  };
  return [...files, file].toSorted((a, b) => byteOrder(a.path, b.path));
}

function filesByElement(image: ResolvedImage): readonly HookFile[] {
  return image.elements.flatMap((element) =>
    element.files.map((file) => ({ ...file, path: `${element.name}/${file.path}`, element: element.name })),
  );
}
