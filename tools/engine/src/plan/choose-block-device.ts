import {
  type BlockDeviceSource,
  parseBlockDevice,
  wholeDiskConfiguration,
} from '../block-device/configuration/parse-block-device.ts';
import type { BlockDeviceGraph } from '../block-device/block-device-graph.ts';
import type { ConfigurationPath } from '../block-device/configuration/raw-node.ts';
import type { Failure } from '../diagnostics/failure.ts';
import { parseLocatedYaml, placeOfPath, spelledNumbers } from '../diagnostics/located-yaml.ts';
import type { Place } from '../diagnostics/place.ts';
import type { Result } from '../diagnostics/result.ts';
import type { ElementFile } from '../elements/element.ts';
import type { ResolvedImage } from '../elements/resolved-image.ts';

const configurationVariable = 'DIB_BLOCK_DEVICE_CONFIG';

/** What the choice depends on beside the image. */
export interface BlockDeviceSurroundings {
  /** The user's. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Text of a file of the host; may throw what the file system throws. */
  readonly readText: (file: string) => string;
}

/**
 * The block-device configuration of an image: from the definition, else from DIB_BLOCK_DEVICE_CONFIG (YAML text, or `file://` and the
 * path of one), else from the element that has a `block-device-<architecture>.yaml` or `block-device-default.yaml`, else one
 * filesystem on the whole disk.
 *
 * @returns the graph, or everything that is wrong, each problem with its place in the file, the definition or the variable's text.
 */
export function chooseBlockDevice(
  image: ResolvedImage,
  { environment, readText }: BlockDeviceSurroundings,
): Result<BlockDeviceGraph> {
  const { definition } = image;
  const variable = (name: string) => definition.environment[name] ?? environment[name] ?? '';
  const blockSize = Number.parseInt(variable('DIB_BLOCK_SIZE'), 10);
  const source: BlockDeviceSource = {
    blockSizeBytes: definition.blockSizeBytes ?? (blockSize > 0 ? blockSize : undefined),
    rootFilesystem: definition.rootFilesystem,
    rootLabel: definition.rootLabel,
  };
  if (definition.blockDevice !== undefined) {
    const placeOf = (path: ConfigurationPath) => placeInDefinition(definition.places, path);
    return parseBlockDevice(definition.blockDevice, { ...source, placeOf });
  }
  const given = variable(configurationVariable).trim();
  if (given.startsWith('file://')) return parseFile(given.slice('file://'.length), source, readText);
  if (given !== '') return parseText({ file: configurationVariable, text: given }, source);
  const [own, ...others] = configurationFiles(image);
  if (own === undefined) return parseBlockDevice(wholeDiskConfiguration, source);
  const parsed = parseText(own, source);
  if (!parsed.ok || others.length === 0) return parsed;
  return { ...parsed, warnings: [...parsed.warnings, ...others.map((other) => notTaken(other, own))] };
}

interface ConfigurationText {
  readonly file: string;
  readonly text: string;
}

/** In the order in which they count: made for the architecture first, then in the order of the elements. */
function configurationFiles(image: ResolvedImage): readonly ConfigurationText[] {
  const names = [`block-device-${image.definition.architecture}.yaml`, 'block-device-default.yaml'];
  const found = image.elements.flatMap((element) => {
    const files = names.map((name) => element.files.find(({ path }) => path === name));
    const file: ElementFile | undefined = files.find((it) => it !== undefined);
    return file === undefined ? [] : [{ element, file }];
  });
  return found
    .toSorted((left, right) => names.indexOf(left.file.path) - names.indexOf(right.file.path))
    .map(({ element, file }) => ({
      file: `${element.directory}/${file.path}`,
      text: file.content.toString('utf8'),
    }));
}

function notTaken(other: ConfigurationText, taken: ConfigurationText): Failure {
  return {
    code: 'block-device-invalid',
    reason: `the layout of ${other.file} is not taken, since there is ${taken.file}`,
    remedy: 'keep one block-device element',
    place: { file: other.file, line: 1, column: 1, length: 0 },
  };
}

function parseFile(
  file: string,
  source: BlockDeviceSource,
  readText: BlockDeviceSurroundings['readText'],
): Result<BlockDeviceGraph> {
  let text: string;
  try {
    text = readText(file);
  } catch (error) {
    const reason = `${configurationVariable} names ${file}, which cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    const remedy = `write ${configurationVariable}=file:///absolute/path.yaml, or the YAML itself`;
    return { ok: false, failures: [{ code: 'block-device-invalid', reason, remedy }] };
  }
  return parseText({ file, text }, source);
}

function parseText({ file, text }: ConfigurationText, source: BlockDeviceSource): Result<BlockDeviceGraph> {
  const located = parseLocatedYaml(file, text);
  if (!located.ok) return located;
  const data = spelledNumbers(located.value, located.value.data, '');
  const placeOf = (path: ConfigurationPath) => placeOfPath(located.value, path.join('.'));
  return parseBlockDevice(data, { ...source, placeOf });
}

/** The place of a value below `block-device`, or of the nearest thing around it. */
function placeInDefinition(places: ReadonlyMap<string, Place>, path: ConfigurationPath): Place | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const place = places.get(['block-device', ...path.slice(0, length)].join('.'));
    if (place !== undefined) return place;
  }
  return undefined;
}
