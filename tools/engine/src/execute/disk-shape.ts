import type { BlockDeviceGraph } from '../block-device/block-device-graph.ts';
import { digestOf } from '../fingerprint/digest.ts';
import type { ImageDefinition } from '../image-definition/image-definition.ts';
import type { KeyInputs } from '../plan/build-plan.ts';

/** What tells the disk of an image from other disks of the same tree, as inputs of a key. */
export function diskShape(
  definition: Pick<ImageDefinition, 'sizeBytes' | 'rootFilesystem' | 'rootLabel'>,
  graph: BlockDeviceGraph,
): KeyInputs {
  return {
    'block device': digestOf(JSON.stringify(graph)),
    size: String(definition.sizeBytes ?? 'computed'),
    'root filesystem': definition.rootFilesystem,
    'root label': definition.rootLabel ?? 'default',
  };
}
