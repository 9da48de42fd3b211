import type { RequiredTool } from '../util/required-tool.ts';
import { isKnownDiskFormat, isTreeFormat } from './image-format.ts';

function qemuImg(format: string): readonly RequiredTool[] {
  return [{ tool: 'qemu-img', debianPackage: 'qemu-utils', neededFor: `${format} images` }];
}

function tar(format: string): readonly RequiredTool[] {
  return [
    { tool: 'tar', debianPackage: 'tar', neededFor: `${format} archives` },
    { tool: 'unshare', debianPackage: 'util-linux', neededFor: `${format} archives` },
  ];
}

/** The tools behind each format that is not simply a matter of qemu-img. */
const formatTools: Readonly<Record<string, readonly RequiredTool[]>> = {
  raw: [{ tool: 'cp', debianPackage: 'coreutils', neededFor: 'raw images' }],
  tar: tar('tar'),
  aci: tar('aci'),
  tgz: tar('tgz'),
  oci: tar('oci'),
  docker: tar('docker'),
  squashfs: [
    { tool: 'mksquashfs', debianPackage: 'squashfs-tools', neededFor: 'squashfs images' },
    { tool: 'unshare', debianPackage: 'util-linux', neededFor: 'squashfs images' },
  ],
};

/** Every tool that making these formats will run, without repetition of formats. */
export function toolsForFormats(formats: readonly string[]): readonly RequiredTool[] {
  return [...new Set(formats)].sort().flatMap((format) => formatTools[format] ?? qemuImg(format));
}

/** Tools that change what a format's file holds where the host has them, and are not missed where it has not. */
export function optionalToolsForFormats(formats: readonly string[]): readonly string[] {
  return formats.includes('vhd') ? [vhdUtil] : [];
}

/** Xen's tool for VHD files, which images for Xen want; Debian has no package of it. */
export const vhdUtil = 'vhd-util';

/** Whether the bytes of a format can depend on a tool; what makes the disk itself counts for all formats of the disk. */
export function isToolOfFormat(tool: string, format: string): boolean {
  const own = new Set([
    ...toolsForFormats([format]).map((it) => it.tool),
    ...optionalToolsForFormats([format]),
  ]);
  if (own.has(tool)) return true;
  return !isTreeFormat(format) && !ofSomeFormat(tool);
}

function ofSomeFormat(tool: string): boolean {
  return (
    tool === 'qemu-img' ||
    tool === vhdUtil ||
    Object.values(formatTools)
      .flat()
      .some((it) => it.tool === tool)
  );
}

/** Formats that only this host's `qemu-img` can say anything of. */
export function formatsToAskFor(formats: readonly string[]): readonly string[] {
  return formats.filter((format) => !isTreeFormat(format) && !isKnownDiskFormat(format));
}
