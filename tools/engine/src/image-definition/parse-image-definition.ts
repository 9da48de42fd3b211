import type { Failure } from '../diagnostics/failure.ts';
import { type LocatedYaml, parseLocatedYaml, spelledNumbers } from '../diagnostics/located-yaml.ts';
import type { Result } from '../diagnostics/result.ts';
import { type SchemaProblem, schemaProblems } from '../diagnostics/schema-problems.ts';
import { parseSize } from '../util/parse-size.ts';
import {
  type ImageConfigurationData,
  type ImageDefinitionData,
  imageDefinitionSchema,
} from './image-definition-schema.ts';
import type { Architecture, ImageConfiguration, ImageDefinition } from './image-definition.ts';

/** The text of an `image.yaml` and what the file itself does not say. */
export interface ImageDefinitionSource {
  /** Name of the image: that of the folder around the file. */
  readonly name: string;
  /** As it shall appear in diagnostics. */
  readonly file: string;
  readonly text: string;
  /** Taken where the definition names none. */
  readonly hostArchitecture: Architecture;
}

/** Text of `image.yaml` to a definition with its defaults filled in, or every problem in it, in the file's order. */
export function parseImageDefinition(source: ImageDefinitionSource): Result<ImageDefinition> {
  const located = parseLocatedYaml(source.file, source.text);
  if (!located.ok) return located;
  const problems = schemaProblems(imageDefinitionSchema, located.value);
  if (problems.length > 0) return { ok: false, failures: problems.map(failureOfProblem) };
  const data = located.value.data as ImageDefinitionData;
  return { ok: true, value: definitionOf(data, located.value, source), warnings: [] };
}

/**
 * The definition without the keys that hold a problem, so that what else is wrong with the image can be told in the same go: missing
 * elements, two operating systems. What it says of those keys is their default.
 *
 * @returns undefined where nothing can be told without them: the text is no YAML, or the elements themselves are at fault.
 */
export function parseSoundPart(source: ImageDefinitionSource): ImageDefinition | undefined {
  const located = parseLocatedYaml(source.file, source.text);
  if (!located.ok) return undefined;
  const atFault = new Set(
    schemaProblems(imageDefinitionSchema, located.value).map(({ key }) => key.split('.')[0]),
  );
  const { data } = located.value;
  if (atFault.has('') || atFault.has('elements') || typeof data !== 'object' || data === null)
    return undefined;
  const sound = Object.fromEntries(Object.entries(data).filter(([key]) => !atFault.has(key)));
  const checked = imageDefinitionSchema.safeParse(sound);
  return checked.success ? definitionOf(checked.data, located.value, source) : undefined;
}

function failureOfProblem(problem: SchemaProblem): Failure {
  const { key, place } = problem;
  return problem.kind === 'unknown-key'
    ? { code: 'definition-unknown-key', key, near: problem.near, place }
    : {
        code: 'definition-wrong-value',
        key: key === '' ? 'image.yaml' : key,
        expected: problem.expected,
        place,
      };
}

function definitionOf(
  data: ImageDefinitionData,
  located: LocatedYaml,
  source: ImageDefinitionSource,
): ImageDefinition {
  const own = configurationOf(data, located, '');
  const architecture = own.architecture ?? source.hostArchitecture;
  const configurations = Object.entries(data.configurations ?? {}).map(
    ([name, variant]) => [name, configurationOf(variant, located, `configurations.${name}.`)] as const,
  );
  return {
    name: source.name,
    description: data.description ?? '',
    elements: own.elements ?? [],
    architecture,
    sizeBytes: own.sizeBytes,
    extraSizeBytes: own.extraSizeBytes,
    journalSizeBytes: own.journalSizeBytes,
    mkfsOptions: own.mkfsOptions,
    maxOnlineResizeBytes: own.maxOnlineResizeBytes,
    blockSizeBytes: own.blockSizeBytes,
    formats: own.formats ?? ['qcow2'],
    environment: own.environment ?? {},
    packages: own.packages ?? [],
    blockDevice: own.blockDevice,
    rootLabel: own.rootLabel,
    rootFilesystem: own.rootFilesystem ?? 'ext4',
    qcow2: own.qcow2 ?? { compression: 'zstd' },
    qemuImgOptions: own.qemuImgOptions,
    dockerTarget: own.dockerTarget,
    boot: {
      memoryMebibytes: 1024,
      firmware: architecture === 'arm64' ? ['uefi'] : ['bios'],
      profile: 'login',
      ...own.boot,
    },
    skipBase: own.skipBase ?? false,
    configurations: Object.fromEntries(configurations),
    places: located.places,
  };
}

function configurationOf(
  data: ImageConfigurationData,
  located: LocatedYaml,
  prefix: string,
): ImageConfiguration {
  const sizeBytes = bytesOf(data.size);
  const environment = Object.keys(data.environment ?? {}).map((name) => {
    const value = data.environment?.[name];
    if (typeof value === 'string') return [name, value] as const;
    // The spelling, not the value: `1.10` must not become 1.1, nor `True` true.
    return [name, located.spellings.get(`${prefix}environment.${name}`) ?? String(value)] as const;
  });
  return withoutUndefined({
    elements: data.elements,
    withoutElements: data['without-elements'],
    packages: data.packages,
    environment: data.environment === undefined ? undefined : Object.fromEntries(environment),
    architecture: data.architecture,
    sizeBytes,
    extraSizeBytes: bytesOf(data['extra-size']),
    journalSizeBytes: bytesOf(data['journal-size']),
    mkfsOptions: data['mkfs-options'],
    maxOnlineResizeBytes: bytesOf(data['max-online-resize']),
    blockSizeBytes: data['block-size'],
    formats: data.formats,
    blockDevice: spelledNumbers(located, data['block-device'], `${prefix}block-device`),
    rootLabel: data['root-label'],
    rootFilesystem: data['root-filesystem'],
    qcow2: data.qcow2 === undefined ? undefined : { compression: data.qcow2.compression ?? 'zstd' },
    qemuImgOptions: data['qemu-img-options'],
    dockerTarget: data['docker-target'],
    boot: data.boot === undefined ? undefined : bootOf(data.boot),
    skipBase: data['skip-base'],
  });
}

function bootOf(boot: NonNullable<ImageConfigurationData['boot']>): NonNullable<ImageConfiguration['boot']> {
  const memoryBytes = bytesOf(boot.memory);
  return withoutUndefined({
    memoryMebibytes: memoryBytes === undefined ? undefined : Math.max(1, Math.floor(memoryBytes / (1 << 20))),
    firmware: boot.firmware,
    profile: boot.profile,
  });
}

function bytesOf(size: string | number | undefined): number | undefined {
  return typeof size === 'string' ? parseSize(size) : size;
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, it]) => it !== undefined)) as Defined<T>;
}
