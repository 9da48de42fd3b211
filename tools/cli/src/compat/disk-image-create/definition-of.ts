import { basename } from 'node:path';
import type { Architecture, ImageDefinition } from '@kiln/engine/image-definition/image-definition.ts';
import type { DiskImageInvocation } from './disk-image-invocation.ts';

/** What other words for an architecture upstream's elements take, too, and the engine's own word. */
const synonyms: Readonly<Record<string, string>> = { aarch64: 'arm64', x86_64: 'amd64' };

/** The elements of an invocation before expansion, in the order in which diskimage-builder tells of them. */
export function namedByCommand(invocation: DiskImageInvocation): readonly string[] {
  const named = ownElements(invocation);
  return [...(invocation.skipBase ? [] : ['base']), ...named];
}

/**
 * The elements that the definition names: `base` is left to the engine. `vm` on the command line brings a block device,
 * unless one is chosen; as a dependency of another element it brings none.
 */
function ownElements({
  mode,
  elements,
  ramdiskElement,
  architecture,
}: DiskImageInvocation): readonly string[] {
  const choosesBlockDevice = elements.some((name) => name.startsWith('block-device-'));
  const usual = engineArchitecture(architecture) === 'arm64' ? 'block-device-efi' : 'block-device-mbr';
  return [
    ...(mode === 'ramdisk' ? [ramdiskElement] : []),
    ...elements,
    ...(elements.includes('vm') && !choosesBlockDevice ? [usual] : []),
  ];
}

function engineArchitecture(architecture: string): string {
  return synonyms[architecture] ?? architecture;
}

/** The image definition that an invocation stands for. It has no places: there is no file. */
export function definitionOf(invocation: DiskImageInvocation): ImageDefinition {
  const { disk, compress, qemuImgOptions, dockerTarget } = invocation;
  return {
    name: basename(invocation.outputName),
    description: '',
    elements: ownElements(invocation),
    // Any word is let through, as upstream does: it is the elements that must understand it.
    architecture: invocation.architecture as Architecture,
    formats: invocation.types,
    environment: {},
    packages: invocation.packages,
    blockDevice: undefined,
    ...disk,
    qcow2: { compression: compress ? 'zstd' : 'none' },
    qemuImgOptions,
    dockerTarget,
    boot: { memoryMebibytes: 1024, firmware: ['bios'], profile: 'login' },
    skipBase: invocation.skipBase,
    configurations: {},
    places: new Map(),
  };
}
