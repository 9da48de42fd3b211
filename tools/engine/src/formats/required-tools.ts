import type { RequiredTool } from '../util/required-tool.ts';
import type { ImageFormat } from './image-format.ts';

function qemuImg(format: string): readonly RequiredTool[] {
  return [{ tool: 'qemu-img', debianPackage: 'qemu-utils', neededFor: `${format} images` }];
}

function tar(format: string): readonly RequiredTool[] {
  return [
    { tool: 'tar', debianPackage: 'tar', neededFor: `${format} archives` },
    { tool: 'unshare', debianPackage: 'util-linux', neededFor: `${format} archives` },
  ];
}

/** The tools behind each format. */
export const formatTools: Readonly<Record<ImageFormat, readonly RequiredTool[]>> = {
  raw: [{ tool: 'cp', debianPackage: 'coreutils', neededFor: 'raw images' }],
  qcow2: qemuImg('qcow2'),
  vmdk: qemuImg('vmdk'),
  vdi: qemuImg('vdi'),
  vpc: qemuImg('vpc'),
  vhd: qemuImg('vhd'),
  tar: tar('tar'),
  tgz: [...tar('tgz'), { tool: 'gzip', debianPackage: 'gzip', neededFor: 'tgz archives' }],
  squashfs: [
    { tool: 'mksquashfs', debianPackage: 'squashfs-tools', neededFor: 'squashfs images' },
    { tool: 'unshare', debianPackage: 'util-linux', neededFor: 'squashfs images' },
  ],
};

/** Every tool that making these formats will run, without repetition. */
export function toolsForFormats(formats: readonly ImageFormat[]): readonly RequiredTool[] {
  return [...new Set(formats)].sort().flatMap((format) => formatTools[format]);
}
