import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { Result } from '@kiln/engine/diagnostics/result.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import { type ReadElement, resolveImage } from '@kiln/engine/elements/resolve-image.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import { applyConfiguration } from '@kiln/engine/image-definition/apply-configuration.ts';
import type { Architecture, ImageDefinition } from '@kiln/engine/image-definition/image-definition.ts';
import { readImageDefinition, readSoundPart } from '@kiln/engine/image-definition/read-image-definition.ts';
import { hasNoFinalImage, withoutDisk } from './without-unwanted-disk.ts';
import { imageNames, type Workspace } from './workspace.ts';

/** Reads an image's definition as one of its configurations has it; or tells everything that is wrong with it. */
export function loadDefinition(
  workspace: Workspace,
  name: string,
  configuration: string | undefined,
): Result<ImageDefinition> {
  const file = definitionFile(workspace, name);
  if (!existsSync(file)) {
    const near = nearName(name, imageNames(workspace));
    return { ok: false, failures: [{ code: 'image-not-found', image: name, near }] };
  }
  const read = readImageDefinition(file, { hostArchitecture: hostArchitecture() });
  if (!read.ok || configuration === undefined) return read;
  const applied = applyConfiguration(read.value, configuration);
  return applied.ok ? { ...applied, warnings: [...read.warnings, ...applied.warnings] } : applied;
}

/** As diagnostics show it: relative to where the user is, if that is above it. */
function definitionFile(workspace: Workspace, name: string): string {
  const file = join(workspace.root, 'images', name, 'image.yaml');
  const shown = relative(process.cwd(), file);
  return shown.startsWith('..') ? file : shown;
}

/** What is wrong with the elements of a definition that has problems of its own, as far as they do not hide it. */
function problemsOfElements(
  workspace: Workspace,
  name: string,
  configuration: string | undefined,
): readonly Failure[] {
  const sound = readSoundPart(definitionFile(workspace, name), { hostArchitecture: hostArchitecture() });
  if (sound === undefined) return [];
  const applied = configuration === undefined ? undefined : applyConfiguration(sound, configuration);
  if (applied?.ok === false) return [];
  const resolved = resolveImage(applied?.value ?? sound, workspace.elementPath);
  return resolved.ok ? [] : resolved.failures;
}

/** Reads and resolves an image, without a disk where its elements want none; `readOne` lets many images share what was read of their elements. */
export function loadImage(
  workspace: Workspace,
  name: string,
  configuration: string | undefined,
  readOne?: ReadElement,
): Result<ResolvedImage> {
  const definition = loadDefinition(workspace, name, configuration);
  if (!definition.ok) {
    const failures = [...definition.failures, ...problemsOfElements(workspace, name, configuration)];
    return { ok: false, failures };
  }
  const resolved = resolveImage(definition.value, workspace.elementPath, readOne);
  if (!resolved.ok) return resolved;
  const value = hasNoFinalImage(resolved.value) ? withoutDisk(resolved.value) : resolved.value;
  return { ok: true, value, warnings: [...definition.warnings, ...resolved.warnings] };
}

/** Debian's name of this machine's architecture. */
export function hostArchitecture(): Architecture {
  const names: Readonly<Record<string, Architecture>> = {
    x64: 'amd64',
    arm64: 'arm64',
    arm: 'armhf',
    ia32: 'i386',
    ppc64: 'ppc64el',
    s390x: 's390x',
  };
  return names[process.arch] ?? 'amd64';
}
