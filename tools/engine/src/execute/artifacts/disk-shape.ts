import type { BlockDeviceGraph } from '../../block-device/block-device-graph.ts';
import { digestOf } from '../../fingerprint/digest.ts';
import type { ImageDefinition } from '../../image-definition/image-definition.ts';
import type { KeyInputs } from '../../plan/build-plan.ts';
import { diskOptions } from './disk-options.ts';

/** What tells the disk of an image from other disks of the same tree, as inputs of a key. */
export function diskShape(definition: ImageDefinition, graph: BlockDeviceGraph): KeyInputs {
  const { sizeBytes: _, rootFilesystem, rootLabel: __, release, ...others } = diskOptions(definition);
  const given = { ...others, release: release === 'trusty' ? release : undefined };
  const options = Object.entries(given).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[`disk ${name}`, [value].flat().join(' ')]],
  );
  return {
    ...Object.fromEntries(options),
    'block device': digestOf(JSON.stringify(graph)),
    size: String(definition.sizeBytes ?? 'computed'),
    'root filesystem': rootFilesystem,
    'root label': definition.rootLabel ?? 'default',
  };
}
