import type { ResolvedImage } from '../elements/resolved-image.ts';
import type { BuildPlan } from '../plan/build-plan.ts';
import { planBuild } from '../plan/plan-build.ts';
import { draftDisk } from './artifacts/draft-disk.ts';

/**
 * The plan of an image without a look at the host or the outside world: for the task graph, which needs to know steps
 * and their files before anything runs, and asks for it at every command.
 */
export function draftBuild(
  image: ResolvedImage,
  environment: Readonly<Record<string, string | undefined>>,
): BuildPlan {
  const disk = draftDisk(image, environment);
  return planBuild(image, {
    user: environment,
    disk: disk.variables,
    fstab: disk.fstab,
    device: { variables: disk.devices.variables, shape: disk.shape },
    epochSeconds: 0,
    host: {},
    locked: {},
  });
}
