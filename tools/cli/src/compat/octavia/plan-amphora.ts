import { dirname, join, resolve } from 'node:path';
import { amphoraElements } from './amphora-elements.ts';
import { amphoraEnvironment } from './amphora-environment.ts';
import { announcementsOf, leastGib, obstaclesOf, warningsOf } from './amphora-notices.ts';
import type { AmphoraSettings, Environment, OrRefusal, Refusal } from './amphora-settings.ts';

/** What the plan must know of the host. All paths absolute. */
export interface AmphoraHost {
  readonly cwd: string;
  readonly home: string;
  /** The folder that holds Kiln's `elements`. */
  readonly ownFolder: string;
  readonly isDirectory: (path: string) => boolean;
  /** Whether a file is there, can be read, and has something in its first line. */
  readonly hasFirstLine: (path: string) => boolean;
  /** NAME of /etc/os-release; undefined where there is none. */
  readonly system: string | undefined;
  readonly selinuxEnforces: boolean;
}

/** What a call of `diskimage-create.sh` comes to. */
export interface AmphoraPlan {
  readonly elements: readonly string[];
  /** Options for `disk-image-create`; the elements are not among them. */
  readonly arguments: readonly string[];
  /** Variables of the build that elements or users of the script may know; may hold a password. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lines for standard output before the build. */
  readonly announcements: readonly string[];
  /** Lines for standard error: what was asked for and has no effect. */
  readonly warnings: readonly string[];
  /** Why the build would fail, if it is sure to: it is not begun. */
  readonly obstacles: readonly string[];
  /** The file that is made. */
  readonly outputFile: string;
  /** Folders that the script makes. */
  readonly makes: readonly string[];
  /** Undefined: the usual places. */
  readonly cache: string | undefined;
  readonly workingDirectory: string | undefined;
}

/** Least size of the disk in GiB where a distribution needs much. */
const largeGib = 3;

/**
 * Turns settings into what is handed to `disk-image-create`: elements, options, environment, as Octavia's script does.
 *
 * Pure but for the questions that it puts to the host. @returns the plan, or all that speaks against it, with the exit code of the first.
 */
export function planAmphora(
  settings: AmphoraSettings,
  environment: Environment,
  host: AmphoraHost,
): OrRefusal<AmphoraPlan> {
  const { generation, type } = settings;
  const output = resolve(host.cwd, settings.output ?? usualOutput(settings));
  const elementsFolder = findElements(environment, host);
  const sizeGib = settings.sizeGib ?? (generation.large.includes(settings.system) ? largeGib : leastGib);
  const refusals = [
    ...missingDirectory(dirname(output), host),
    ...tooSmall(settings, sizeGib),
    ...(host.isDirectory(elementsFolder) ? [] : [elementsMissing(elementsFolder)]),
    ...localImageMissing(settings, environment, elementsFolder),
    ...passwordForbidden(settings, host),
    ...passwordFileMissing(settings, host),
  ];
  const [first] = refusals;
  if (first !== undefined)
    return { ok: false, refusal: { ...first, lines: refusals.flatMap(({ lines }) => lines) } };
  const cache = settings.cache === undefined ? undefined : resolve(host.cwd, settings.cache);
  const workingDirectory =
    settings.workingDirectory === undefined ? undefined : resolve(host.cwd, settings.workingDirectory);
  const elements = amphoraElements(settings, environment);
  return {
    ok: true,
    value: {
      elements,
      arguments: [
        ...(settings.logFile === undefined ? [] : [`--logfile=${resolve(host.cwd, settings.logFile)}`]),
        ...(settings.trace ? ['-x'] : []),
        ...(settings.architecture === undefined ? [] : ['-a', settings.architecture]),
        '-o',
        output,
        '-t',
        type,
        '--image-size',
        String(sizeGib),
        '--image-cache',
        cache ?? join(host.home, '.cache/image-create'),
        ...(settings.tmpfs ? [] : ['--no-tmpfs']),
      ],
      environment: amphoraEnvironment(settings, environment, {
        elements,
        elementsFolder,
        resolvePath: (path) => resolve(host.cwd, path),
      }),
      announcements: announcementsOf(settings, environment),
      warnings: warningsOf(settings, environment),
      obstacles: obstaclesOf(settings, environment, sizeGib),
      outputFile: output.endsWith(`.${type}`) ? output : `${output}.${type}`,
      makes: [cache, workingDirectory].filter((folder) => folder !== undefined),
      cache,
      workingDirectory,
    },
  };
}

function usualOutput({ generation, type }: AmphoraSettings): string {
  return `amphora-x64-haproxy${generation.suffixed ? `.${type}` : ''}`;
}

/** Where Octavia's packages put its elements, when its repository is not there. */
const packagedElements = ['/usr/share/octavia-image-elements', '/usr/local/share/octavia-image-elements'];

function findElements(environment: Environment, { ownFolder, isDirectory }: AmphoraHost): string {
  const repository = environment['OCTAVIA_REPO_PATH'];
  const own = join(repository === undefined || repository === '' ? ownFolder : repository, 'elements');
  return [own, ...packagedElements].find(isDirectory) ?? own;
}

function missingDirectory(directory: string, { isDirectory }: AmphoraHost): readonly Refusal[] {
  if (isDirectory(directory)) return [];
  return [{ exitCode: 3, lines: [`Error: Directory ${directory} does not exist`] }];
}

function tooSmall({ generation, system }: AmphoraSettings, sizeGib: number): readonly Refusal[] {
  if (!generation.large.includes(system) || sizeGib >= largeGib) return [];
  const line = `${generation.largeNames} based amphora requires an image size of at least ${largeGib}GB`;
  return [{ exitCode: 1, lines: [line] }];
}

function elementsMissing(folder: string): Refusal {
  return { exitCode: 1, lines: [`ERROR: Octavia elements directory not found at: ${folder} Exiting.`] };
}

function localImageMissing(
  { system }: AmphoraSettings,
  environment: Environment,
  elementsFolder: string,
): readonly Refusal[] {
  if (system !== 'rhel' || (environment['DIB_LOCAL_IMAGE'] ?? '') !== '') return [];
  return [
    {
      exitCode: 1,
      lines: [
        'DIB_LOCAL_IMAGE variable must be set and point to a RHEL base cloud image. Exiting.',
        `For more information, see the README file in ${elementsFolder}/rhel`,
      ],
    },
  ];
}

/** Upstream sets the password with a program of the image, which an enforcing host's policy stops. */
function passwordForbidden({ rootPassword }: AmphoraSettings, host: AmphoraHost): readonly Refusal[] {
  if (rootPassword === undefined || !host.selinuxEnforces || /^(Ubuntu|Debian)/.test(host.system ?? ''))
    return [];
  const line =
    'A root password cannot be enabled for images built on this platform while SELinux is enabled.';
  return [{ exitCode: 1, lines: [line] }];
}

function passwordFileMissing({ rootPassword }: AmphoraSettings, host: AmphoraHost): readonly Refusal[] {
  if (rootPassword === undefined || !('file' in rootPassword)) return [];
  const file = resolve(host.cwd, rootPassword.file);
  return host.hasFirstLine(file)
    ? []
    : [{ exitCode: 3, lines: [`Error: No root password can be read from the first line of ${file}`] }];
}
