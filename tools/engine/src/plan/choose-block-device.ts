import { parse } from 'yaml';
import { parseBlockDevice, wholeDiskConfiguration } from '../block-device/parse-block-device.ts';
import type { BlockDeviceGraph } from '../block-device/block-device-graph.ts';
import type { Result } from '../diagnostics/result.ts';
import type { ResolvedImage } from '../elements/resolved-image.ts';

/**
 * The block-device configuration of an image: from the definition, else from DIB_BLOCK_DEVICE_CONFIG (YAML text), else from the
 * element that has a `block-device-<architecture>.yaml` or `block-device-default.yaml`, else one filesystem on the whole disk.
 */
export function chooseBlockDevice(
  image: ResolvedImage,
  environment: Readonly<Record<string, string | undefined>>,
): Result<BlockDeviceGraph> {
  return parseBlockDevice(configurationOf(image, environment));
}

function configurationOf(
  image: ResolvedImage,
  environment: Readonly<Record<string, string | undefined>>,
): unknown {
  if (image.definition.blockDevice !== undefined) return image.definition.blockDevice;
  const given =
    image.definition.environment['DIB_BLOCK_DEVICE_CONFIG'] ?? environment['DIB_BLOCK_DEVICE_CONFIG'];
  if (given !== undefined && given !== '') return parse(given);
  for (const name of [`block-device-${image.definition.architecture}.yaml`, 'block-device-default.yaml']) {
    for (const element of image.elements) {
      const file = element.files.find((candidate) => candidate.path === name);
      if (file !== undefined) return parse(file.content.toString('utf8'));
    }
  }
  return wholeDiskConfiguration;
}
