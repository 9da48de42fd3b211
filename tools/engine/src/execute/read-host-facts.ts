import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BuildFailure, fail, type Failure } from '../diagnostics/failure.ts';
import type { Element } from '../elements/element.ts';
import type { ResolvedImage } from '../elements/resolved-image.ts';
import { optionalToolsForFormats, toolsForFormats } from '../formats/required-tools.ts';
import { toolsForLayout } from '../block-device/required-tools.ts';
import type { ImageFormat } from '../image-definition/image-definition.ts';
import type { DiskDraft } from './artifacts/draft-disk.ts';
import { digestFile } from '../fingerprint/digest.ts';
import type { RequiredTool } from '../util/required-tool.ts';
import { hostPath } from '../util/run-command.ts';

/** Full path of a program of the host, or undefined. */
export function findHostTool(tool: string): string | undefined {
  return hostPath
    .split(':')
    .map((folder) => join(folder, tool))
    .find((path) => existsSync(path));
}

/** What every build runs on the host, whatever its elements. */
export const engineTools: readonly RequiredTool[] = [
  { tool: 'unshare', debianPackage: 'util-linux', neededFor: 'sandboxes' },
  { tool: 'nsenter', debianPackage: 'util-linux', neededFor: 'sandboxes' },
  { tool: 'flock', debianPackage: 'util-linux', neededFor: 'locks' },
  { tool: 'mount', debianPackage: 'mount', neededFor: 'sandboxes' },
  { tool: 'losetup', debianPackage: 'mount', neededFor: 'finalise hooks that ask for the disk' },
  { tool: 'blockdev', debianPackage: 'util-linux', neededFor: 'finalise hooks that ask for the disk' },
  { tool: 'mkfs.erofs', debianPackage: 'erofs-utils', neededFor: 'layers' },
  { tool: 'setfattr', debianPackage: 'attr', neededFor: 'layers' },
];

/** Fails with every program that a build of an image needs and the host lacks, before anything starts. */
export function requireHostTools(
  { elements, definition }: ResolvedImage,
  disk: Pick<DiskDraft, 'types' | 'hasThinPools'>,
): void {
  const declared = elements.flatMap(({ name, declarations }) =>
    declarations.hostTools.map((it) => ({ ...it, neededFor: `element '${name}'` })),
  );
  const all = [...engineTools, ...declared, ...diskTools(definition.formats, disk)];
  const missing = new Map(
    all.filter(({ tool }) => findHostTool(tool) === undefined).map((it) => [it.tool, it] as const),
  );
  const failures = [...missing.values()].map((it): Failure => ({ code: 'host-tool-missing', ...it }));
  if (failures.length > 0) throw new BuildFailure(failures);
}

/**
 * Digests of the host's tools and files that the elements declare, by name. The same package gives the same digest on
 * every machine. A missing file counts as 'absent', and so does a tool that was not required before. Files that variables name
 * are for `readNamedFiles`.
 */
export async function readHostFacts(elements: readonly Element[]): Promise<Readonly<Record<string, string>>> {
  const facts: Record<string, string> = {};
  for (const { declarations } of elements) {
    for (const { tool } of declarations.hostTools) {
      const path = findHostTool(tool);
      facts[tool] ??= path === undefined ? 'absent' : await digestFile(path);
    }
    for (const file of declarations.hostFiles.filter((it) => !it.startsWith('$'))) {
      facts[file] ??= existsSync(file) ? await digestFile(file) : 'absent';
    }
  }
  return facts;
}

/** Packages whose tools only carry bytes; their versions do not show in what is written. */
const carriers = new Set(['coreutils', 'mount', 'util-linux']);

function diskTools(
  formats: readonly ImageFormat[],
  { types, hasThinPools }: Pick<DiskDraft, 'types' | 'hasThinPools'>,
): readonly RequiredTool[] {
  const filesystems = types.map((type) => ({ type }));
  return [...toolsForFormats(['qcow2', ...formats]), ...toolsForLayout({ filesystems, hasThinPools })];
}

/** Digests of the tools that decide the bytes of disks and archives; a tool that must be there and is missing is a failure. */
export async function readDiskTools(
  formats: readonly ImageFormat[],
  disk: Pick<DiskDraft, 'types' | 'hasThinPools'>,
): Promise<Readonly<Record<string, string>>> {
  const facts: Record<string, string> = {};
  for (const required of diskTools(formats, disk)) {
    const { tool, debianPackage } = required;
    const path = findHostTool(tool);
    if (path === undefined) fail({ code: 'host-tool-missing', ...required });
    if (debianPackage === undefined || !carriers.has(debianPackage)) facts[tool] ??= await digestFile(path);
  }
  for (const tool of optionalToolsForFormats(formats)) {
    const path = findHostTool(tool);
    facts[tool] = path === undefined ? 'absent' : await digestFile(path);
  }
  return facts;
}
