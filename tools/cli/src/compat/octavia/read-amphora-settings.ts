import type { UsedOption } from '../options/scan-options.ts';
import type { AmphoraSettings, Environment, OrRefusal, RootPassword } from './amphora-settings.ts';
import { elementOfSystem, type OctaviaGeneration, ownTypes, upstreamTypes } from './octavia-generation.ts';
import { type OctaviaOption, type OctaviaOptionKey, octaviaOptions } from './octavia-options.ts';

/** The only backend that Octavia has an element for. */
const backends = ['haproxy'] as const;

interface Given {
  /** Value of an option, else of its variable, else undefined; an empty one counts as none. */
  readonly value: (key: OctaviaOptionKey) => string | undefined;
  readonly byOption: (key: OctaviaOptionKey) => string | undefined;
  readonly isOn: (key: OctaviaOptionKey) => boolean;
}

/**
 * Takes the values of options and, where there is none, of `AMP_…` variables. Both are held to the same rules; upstream
 * looks at options alone.
 *
 * @returns the settings, or all values that are wrong with exit code 3, a line each in the order of the letters.
 */
export function readAmphoraSettings(
  used: readonly UsedOption<OctaviaOption>[],
  environment: Environment,
  generation: OctaviaGeneration,
): OrRefusal<AmphoraSettings> {
  const given = gather(used, environment);
  const problems = problemsOf(given, generation);
  if (problems.length > 0) return { ok: false, refusal: { exitCode: 3, lines: problems } };
  const base = given.value('base-system') ?? 'ubuntu-minimal';
  const size = given.value('size');
  return {
    ok: true,
    value: {
      generation,
      architecture: given.value('architecture') ?? generation.defaultArchitecture,
      backend: backendElement(given),
      cache: given.value('cache'),
      system: elementOfSystem[base] ?? base,
      release: given.value('release'),
      kernel: given.value('kernel'),
      macSecurity: given.isOn('mac-security'),
      tmpfs: given.value('no-tmpfs') === undefined,
      gitBranch: given.value('git-branch'),
      logFile: given.value('log-file'),
      cpuPinning: given.isOn('cpu-pinning'),
      sshd: !given.isOn('no-sshd'),
      output: given.value('output'),
      packages: given.isOn('packages'),
      rootPassword: rootPasswordOf(given),
      sizeGib: size === undefined ? undefined : Number(size),
      type: given.value('type') ?? 'qcow2',
      workingDirectory: given.value('working-directory'),
      trace: given.isOn('trace'),
      fips: given.isOn('fips'),
    },
  };
}

function gather(used: readonly UsedOption<OctaviaOption>[], environment: Environment): Given {
  const byOption = (key: OctaviaOptionKey): string | undefined => {
    const use = used.findLast(({ option }) => option.key === key);
    return use === undefined ? undefined : use.option.value === undefined ? '1' : use.value;
  };
  const value = (key: OctaviaOptionKey): string | undefined => {
    const variable = octaviaOptions.find((option) => option.key === key)?.variable;
    const found = byOption(key) ?? (variable === undefined ? undefined : environment[variable]);
    return found === '' ? undefined : found;
  };
  return { value, byOption, isOn: (key) => value(key) === '1' };
}

/** `-b` names the backend, its variable the element. */
function backendElement({ value, byOption }: Given): string {
  const named = byOption('backend');
  return named === undefined ? (value('backend') ?? 'haproxy-octavia') : `${named}-octavia`;
}

function problemsOf(given: Given, generation: OctaviaGeneration): readonly string[] {
  const { margin } = generation;
  const wrong = (what: string, value: string): string =>
    `Error: ${what} ${margin}${value}${margin} specified`;
  const notAmong = (key: OctaviaOptionKey, allowed: readonly string[], what: string): readonly string[] => {
    const value = given.value(key);
    return value === undefined || allowed.includes(value) ? [] : [wrong(what, value)];
  };
  const backend = backendElement(given).replace(/-octavia$/, '');
  const size = given.value('size');
  return [
    ...notAmong('architecture', generation.architectures, 'Unsupported architecture'),
    ...((backends as readonly string[]).includes(backend)
      ? []
      : [wrong('Unsupported backend type', backend)]),
    ...notAmong('base-system', [...generation.baseSystems, ...elementsOf(generation)], 'Unsupported base OS'),
    ...(size === undefined || /^0*[1-9][0-9]*$/.test(size) ? [] : [wrong('Invalid image size', size)]),
    ...notAmong('type', [...upstreamTypes, ...ownTypes], 'Unsupported image type'),
  ];
}

/** In the variable, a distribution may stand by its element, as the script itself writes it there. */
function elementsOf({ baseSystems }: OctaviaGeneration): readonly string[] {
  return baseSystems.flatMap((system) => elementOfSystem[system] ?? []);
}

/** An option goes before a variable; of two options or two variables, the password before the file. */
function rootPasswordOf({ value, byOption }: Given): RootPassword | undefined {
  const option = byOption('root-password');
  if (option !== undefined && option !== '') return { value: option };
  const optionFile = byOption('root-password-file');
  if (optionFile !== undefined && optionFile !== '') return { file: optionFile };
  const variable = value('root-password');
  if (variable !== undefined) return { value: variable };
  const file = value('root-password-file');
  return file === undefined ? undefined : { file };
}
