import { isMentioned, variablesMentionedIn } from '../elements/mentioned-variables.ts';
import { isSessionVariable, selectEnvironment } from '../elements/select-environment.ts';
import type { HookFile } from '../elements/merge-hooks.ts';
import { isSecret, secretDigest } from '../elements/secret-variables.ts';
import type { ResolvedImage } from '../elements/resolved-image.ts';
import { byteOrder } from '../util/byte-order.ts';
import { callerVariables } from './caller-environment.ts';
import { diskParametersFile, variablesAskedFor } from './disk-questions.ts';
import type { StepName } from './step.ts';
import { textOf } from './text-of.ts';

/** Where things lie inside every sandbox. The same for all builds on all machines, so they may stand in keys. */
export const sandboxPaths = {
  build: '/run/kiln',
  targetRoot: '/run/kiln/mnt',
  hooks: '/run/kiln/hooks',
  elements: '/run/kiln/elements',
  outputs: '/run/kiln/outputs',
  library: '/run/kiln/lib',
  imageCache: '/run/kiln/image-cache',
  /** Programs that host hooks find before those of the host. */
  programs: '/run/kiln/programs',
  /** What of the outside world was fetched for the step. */
  sources: '/run/kiln/sources',
} as const;

/** What the user sets for a build, beside the definition. */
export interface EnvironmentSources {
  readonly user: Readonly<Record<string, string | undefined>>;
  /** What the disk layout says before it exists: DIB_ROOT_LABEL and the like. */
  readonly disk: Readonly<Record<string, string>>;
  /** What finalise hooks see of its devices. */
  readonly device?: { readonly variables: Readonly<Record<string, string>> };
  readonly epochSeconds: number;
  /** Words of the command line, for DIB_ARGS. */
  readonly arguments?: readonly string[] | undefined;
}

/** The environment of a step's hooks, and the part of it that counts in the step's key. */
export interface HookEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  readonly keyed: Readonly<Record<string, string>>;
  /** Names that would be let through if the user set them, as far as they can be told beforehand. */
  readonly readable: readonly string[];
}

/**
 * The one place that decides what hooks see: the variables that the step's scripts mention, from the definition, the
 * user and the framework, and a few that every process needs. Proxies and DIB_OFFLINE are seen, but say how bytes travel and not which,
 * so they do not count in keys.
 */
export function hookEnvironment(
  image: ResolvedImage,
  step: { readonly name: StepName; readonly files: readonly HookFile[] },
  sources: EnvironmentSources,
): HookEnvironment {
  const declared = image.elements.flatMap((element) => element.declarations.variables);
  const mentioned = variablesMentionedIn(step.files, [...declared, ...variablesAskedFor(step.files)]);
  const framework = frameworkVariables(image, step.name, sources);
  const chosen = {
    ...defaultVariables(image),
    ...selectEnvironment(sources.user, mentioned),
    ...image.definition.environment,
    ...framework,
  };
  const relevant = Object.entries(chosen)
    .filter(([name]) => isMentioned(name, mentioned))
    .toSorted(([a], [b]) => byteOrder(a, b));
  const functions = bashFunctions(image, textOf(step.files));
  const secrets = declaredSecrets(image);
  const counting = relevant
    .filter(([name]) => !saysHow(name))
    .map(([name, value]) => [name, isSecret(name, value, secrets) ? secretDigest(name, value) : value]);
  const keyed = { ...Object.fromEntries(counting), ...functions };
  const fixed = new Set([...Object.keys(framework), ...Object.keys(image.definition.environment)]);
  const outside = [...mentioned.names, ...Object.keys(selectEnvironment(sources.user, mentioned))];
  const readable = [...new Set(outside)].filter(
    (name) => settable.test(name) && !fixed.has(name) && !saysHow(name),
  );
  return {
    keyed,
    readable: readable.filter((name) => !isSessionVariable(name)).toSorted(byteOrder),
    variables: {
      ...Object.fromEntries(Object.entries(chosen).filter(([name]) => saysHow(name))),
      ...Object.fromEntries(relevant),
      ...processVariables(sources.epochSeconds),
      ...functions,
    },
  };
}

/** Variables that elements declare secret. In byte order. */
export function declaredSecrets(image: ResolvedImage): readonly string[] {
  const all = image.elements.flatMap((element) => element.declarations.secrets);
  return [...new Set(all)].toSorted(byteOrder);
}

/** Variables that users set are written in capitals, with an underscore; the rest are a script's own. */
const settable = /^[A-Z][A-Z0-9]*_\w+$/;

/** Variables that say how bytes travel, and not which. */
function saysHow(name: string): boolean {
  return name === 'DIB_OFFLINE' || /^(https?|ftp|no)_proxy$/i.test(name);
}

/** Every process gets these. */
function processVariables(epochSeconds: number): Record<string, string> {
  return {
    LC_ALL: 'C',
    HOME: '/root',
    USER: 'root',
    LOGNAME: 'root',
    SOURCE_DATE_EPOCH: String(epochSeconds),
    PS4: '+ $(_ps4):   ',
    // Or sets have another order each time, and with them what hooks in Python write.
    PYTHONHASHSEED: '0',
  };
}

/** diskimage-builder's defaults, which the user or the definition may change. */
function defaultVariables(image: ResolvedImage): Record<string, string> {
  return {
    DIB_DEBUG_TRACE: '0',
    DIB_OFFLINE: '',
    DIB_CHECKSUM: '0',
    DIB_NO_TMPFS: '0',
    DIB_MIN_TMPFS: '2',
    DIB_PYTHON_EXEC: '/usr/bin/python3',
    FS_TYPE: image.definition.rootFilesystem,
    IMAGE_TYPE: 'qcow2',
  };
}

function frameworkVariables(
  image: ResolvedImage,
  step: StepName,
  sources: EnvironmentSources,
): Record<string, string> {
  const names = image.elements.map((element) => element.name);
  return {
    ARCH: image.definition.architecture,
    IMAGE_NAME: image.definition.name,
    IMAGE_ELEMENT: names.join(' '),
    IMAGE_ELEMENT_YAML: names.map((name) => `${name}: ${sandboxPaths.elements}/${name}\n`).join(''),
    ELEMENTS_PATH: sandboxPaths.elements,
    ...((image.library ?? []).length > 0 ? { _LIB: sandboxPaths.library } : {}),
    TMP_BUILD_DIR: sandboxPaths.build,
    TMP_IMAGE_DIR: sandboxPaths.build,
    TMP_HOOKS_PATH: sandboxPaths.hooks,
    TMP_MOUNT_PATH: sandboxPaths.targetRoot,
    DIB_IMAGE_CACHE: sandboxPaths.imageCache,
    KILN_SOURCES: sandboxPaths.sources,
    DIB_LOCKFILES: `${sandboxPaths.imageCache}/lockfiles`,
    ...(step === 'root' || step === 'finalise' ? { TARGET_ROOT: sandboxPaths.targetRoot } : {}),
    ...imageSize(image, step, sources),
    ...callerVariables({
      variables: { ...sources.user, ...image.definition.environment },
      arguments: sources.arguments ?? [],
      secrets: declaredSecrets(image),
    }),
    DIB_BLOCK_DEVICE_PARAMS_YAML: diskParametersFile,
    ...sources.disk,
    ...(step === 'finalise' ? sources.device?.variables : {}),
  };
}

/** Stands for an image size that is computed from the tree when the step begins: the layers below, which are in the key, decide it. */
export const measuredSize = 'measured';

/** DIB_IMAGE_SIZE: in GiB as the user gave it, and in KiB from block-device.d on. */
function imageSize(
  image: ResolvedImage,
  step: StepName,
  { user }: EnvironmentSources,
): Record<string, string> {
  const { sizeBytes } = image.definition;
  if (step === 'block-device' || step === 'finalise')
    return { DIB_IMAGE_SIZE: sizeBytes === undefined ? measuredSize : String(Math.ceil(sizeBytes / 1024)) };
  if (sizeBytes === undefined || (user['DIB_IMAGE_SIZE'] ?? '') !== '') return {};
  return { DIB_IMAGE_SIZE: String(sizeBytes / 2 ** 30) };
}

/** Functions that host hooks of diskimage-builder may call; bash takes them from variables of this form. */
function bashFunctions(image: ResolvedImage, text: string): Record<string, string> {
  if (!text.includes('get_image_element_array')) return usualFunctions;
  const array = image.elements.map(({ name }) => `[${name}]=${sandboxPaths.elements}/${name}`).join(' ');
  return { ...usualFunctions, 'BASH_FUNC_get_image_element_array%%': `() { echo '${array}'; }` };
}

const usualFunctions = {
  'BASH_FUNC_die%%': `() { echo "ERROR: $*" >&2; exit 1; }`,
  // For PS4: where a traced command stands.
  'BASH_FUNC__ps4%%': '() { echo "${BASH_SOURCE[1]:-bash}:${FUNCNAME[1]:-main}:${BASH_LINENO[0]:-0}"; }',
};
