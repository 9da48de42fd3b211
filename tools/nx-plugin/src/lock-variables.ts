import { readFileSync } from 'node:fs';
import { imageNames, lockFileOf, type Workspace } from '@kiln/cli/app/workspace.ts';
import { digestOf } from '@kiln/engine/fingerprint/digest.ts';
import type { ImageLock } from '@kiln/engine/lock/image-lock.ts';
import { steps } from '@kiln/engine/plan/step.ts';

/** Steps that take locked things in, and the kinds of entries that may go into each. */
const kindsByStep: Readonly<Record<string, readonly string[]>> = {
  root: ['apt', 'tar', 'file'],
  'extra-data': ['git', 'tar', 'file'],
};

/** The variable that stands for the lock of an image among the inputs of a step; undefined where no locked thing goes in. */
export function lockVariable(image: string, step: string): string | undefined {
  if (kindsByStep[step] === undefined) return undefined;
  const word = (name: string): string =>
    name.replaceAll(/[^A-Za-z0-9]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`);
  return `KILN_LOCK_${word(image)}_${word(step)}`;
}

/**
 * Says by variables what the locks hold, after locks that are missing were written for the images that Nx is about to build.
 *
 * Nx hashes variables when it comes to a task, files when it starts: so the first build, which writes the lock, is hashed as
 * the next one will be. What goes wrong here goes wrong again in the task, which tells.
 */
export async function lockVariables(
  workspace: Workspace,
  words: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const images = imageNames(workspace);
  for (const { image, configuration } of imagesToBuild(words, images)) {
    if (configuration === undefined && readText(workspace, image) !== undefined) continue;
    // Loaded only now: it brings the engine, which commands that have nothing to lock need not wait for.
    const { fillLock } = await import('@kiln/cli/app/lock-image.ts');
    await fillLock({ workspace, image, configuration }).catch(() => undefined);
  }
  return Object.fromEntries(
    images.flatMap((image) => {
      const text = readText(workspace, image);
      return Object.keys(kindsByStep).map((step) => [lockVariable(image, step) ?? '', stateOf(text, step)]);
    }),
  );
}

const building: ReadonlySet<string> = new Set([
  ...steps.map((step) => step.name),
  'image',
  'verify',
  'boot',
  'watch',
]);

/** The images that a command line of Nx asks to build. One that names none may build any. */
export function imagesToBuild(
  words: readonly string[],
  images: readonly string[],
): readonly { readonly image: string; readonly configuration: string | undefined }[] {
  const parts = words.flatMap((word) => word.split(/[=,\s]/));
  const asked = parts.flatMap((part) => part.split(':'));
  if (!asked.some((word) => building.has(word))) return [];
  const option = parts.findIndex((part) => part === '-c' || part === '--configuration');
  const everywhere = option < 0 ? undefined : parts[option + 1];
  const named = parts.flatMap((part) => {
    const [image = '', , configuration = everywhere] = part.split(':');
    return images.includes(image) ? [{ image, configuration }] : [];
  });
  return named.length > 0 ? named : images.map((image) => ({ image, configuration: everywhere }));
}

/** Not checked against its schema: that the task does, and to load what checks takes longer than all else here. */
function stateOf(text: string | undefined, step: string): string {
  if (text === undefined) return 'none';
  try {
    const { entries } = JSON.parse(text) as ImageLock;
    const taken = entries.filter((entry) => kindsByStep[step]?.includes(entry.kind) === true);
    return digestOf(taken.map((entry) => `${JSON.stringify({ ...entry, lockedAt: undefined })}\n`).join(''));
  } catch {
    return digestOf(text);
  }
}

function readText(workspace: Workspace, image: string): string | undefined {
  try {
    return readFileSync(lockFileOf(workspace, image), 'utf8');
  } catch {
    return undefined;
  }
}
