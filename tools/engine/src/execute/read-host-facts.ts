import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../diagnostics/failure.ts';
import type { Element } from '../elements/element.ts';
import { toolsForFormats } from '../formats/required-tools.ts';
import { toolsForLayout } from '../block-device/required-tools.ts';
import type { ImageFormat } from '../image-definition/image-definition.ts';
import type { DiskDraft } from './draft-disk.ts';
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
  { tool: 'mkfs.erofs', debianPackage: 'erofs-utils', neededFor: 'layers' },
  { tool: 'setfattr', debianPackage: 'attr', neededFor: 'layers' },
];

/**
 * Digests of the host's tools and files that the elements declare, by name. The same package gives the same digest on
 * every machine. A tool that is missing is a failure before anything starts; a missing file counts as 'absent'.
 */
export async function readHostFacts(elements: readonly Element[]): Promise<Readonly<Record<string, string>>> {
  const facts: Record<string, string> = {};
  for (const required of engineTools) {
    if (findHostTool(required.tool) === undefined) fail({ code: 'host-tool-missing', ...required });
  }
  for (const { name, declarations } of elements) {
    for (const { tool, debianPackage } of declarations.hostTools) {
      const path = findHostTool(tool);
      if (path === undefined)
        fail({ code: 'host-tool-missing', tool, debianPackage, neededFor: `element '${name}'` });
      facts[tool] ??= await digestFile(path);
    }
    for (const file of declarations.hostFiles) {
      facts[file] ??= existsSync(file) ? await digestFile(file) : 'absent';
    }
  }
  return facts;
}

/** Packages whose tools only carry bytes; their versions do not show in what is written. */
const carriers = new Set(['coreutils', 'mount', 'util-linux']);

/** Digests of the tools that decide the bytes of disks and archives; a tool that is missing is a failure. */
export async function readDiskTools(
  formats: readonly ImageFormat[],
  disk: Pick<DiskDraft, 'types'>,
): Promise<Readonly<Record<string, string>>> {
  const facts: Record<string, string> = {};
  const filesystems = disk.types.map((type) => ({ type }));
  for (const required of [...toolsForFormats(['qcow2', ...formats]), ...toolsForLayout({ filesystems })]) {
    const { tool, debianPackage } = required;
    const path = findHostTool(tool);
    if (path === undefined) fail({ code: 'host-tool-missing', ...required });
    if (debianPackage === undefined || !carriers.has(debianPackage)) facts[tool] ??= await digestFile(path);
  }
  return facts;
}
