import { readFileSync } from 'node:fs';
import { runCase } from './run-case.ts';

/** A recorded call of Octavia's script: `current` is its newest version, `train` that of 2019. */
export interface RecordedCase {
  readonly generation: 'current' | 'train';
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly observed: Observation;
}

/** What can be seen of a call, in the form in which the recording and Kiln are compared. */
export interface Observation {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined where nothing was built. */
  readonly elements: readonly string[] | undefined;
  readonly arguments: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string>> | undefined;
  readonly leftover: readonly string[];
}

interface Raw {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly dib_argv?: readonly string[];
  readonly dib_env?: Readonly<Record<string, string>>;
  readonly leftover: readonly string[];
}

const file = new URL('../../fixtures/octavia-diskimage-create.json', import.meta.url);

/** All recorded cases, those of the newest script first. */
export function readRecordedCases(): readonly RecordedCase[] {
  const recording = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly new: readonly Raw[];
    readonly seed: readonly Raw[];
  };
  const cases = (generation: RecordedCase['generation'], raw: readonly Raw[]): readonly RecordedCase[] =>
    raw.map((it) => ({ generation, argv: it.argv, env: it.env, observed: observationOf(it) }));
  return [...cases('current', recording.new), ...cases('train', recording.seed)];
}

/** Options that take a value, as `disk-image-create` is called by the script. */
const valued = new Set(['-a', '-o', '-t', '--image-size', '--image-cache']);

function observationOf(raw: Raw): Observation {
  const words = (raw.dib_argv ?? []).filter((word) => word !== '');
  const firstElement = words.findIndex(
    (word, index) => !word.startsWith('-') && !valued.has(words[index - 1] ?? ''),
  );
  const built = raw.dib_argv !== undefined;
  return {
    exitCode: raw.rc,
    // The stand-in of the recording wrote no image; the one here does, so that there is a size to print.
    stdout: raw.stdout,
    stderr: raw.stderr
      .replace(/^stat: cannot statx .*\n/m, '')
      .replaceAll('@OCTAVIA@/diskimage-create/diskimage-create.sh', 'diskimage-create.sh'),
    elements: built ? words.slice(firstElement).flatMap((word) => word.split(' ')) : undefined,
    arguments: built ? words.slice(0, firstElement) : undefined,
    environment: raw.dib_env,
    leftover: raw.leftover,
  };
}

/** What Kiln does in a recorded case. */
export async function observeKiln({ generation, argv, env }: RecordedCase): Promise<Observation> {
  const settings = { KILN_COMPAT: '1', KILN_OCTAVIA: generation, ...env };
  const built = await runCase({ argv, env: settings });
  const [invocation] = built.invocations;
  const shown = await runCase({ argv: ['--dry-run', '--json', ...argv], env: settings });
  const plan = invocation === undefined ? undefined : (JSON.parse(shown.stdout) as Plan);
  const password = invocation?.environment['DIB_PASSWORD'];
  return {
    exitCode: built.exitCode,
    stdout: built.stdout.replace(/^(Amphora image size: ).+ 7$/m, '$1').replace(/^Usage: [^]*/m, '<usage>'),
    stderr: built.stderr,
    elements: plan?.elements,
    arguments: plan?.arguments,
    // A dry run masks the password; what the build is given is the password.
    environment:
      plan === undefined || password === undefined
        ? plan?.environment
        : { ...plan.environment, DIB_PASSWORD: password },
    leftover: built.leftover,
  };
}

interface Plan {
  readonly elements: readonly string[];
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Fields in which Kiln differs: what it has in place of what was recorded. `null` stands for nothing. */
export type Differences = Readonly<Record<string, unknown>>;

/** Compares field by field; of the environment, variable by variable where both build something. */
export function differencesOf(recorded: Observation, kiln: Observation): Differences {
  const both = recorded.environment !== undefined && kiln.environment !== undefined;
  const [before, after] = [fieldsOf(recorded, both), fieldsOf(kiln, both)];
  const keys = new Set([...before.keys(), ...after.keys()]);
  const differing = [...keys].filter(
    (key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)),
  );
  return Object.fromEntries(differing.map((key) => [key, after.get(key) ?? null]));
}

function fieldsOf({ environment, ...rest }: Observation, split: boolean): ReadonlyMap<string, unknown> {
  const variables = Object.entries(environment ?? {}).map(
    ([name, value]) => [`environment.${name}`, value] as const,
  );
  return new Map<string, unknown>([
    ...Object.entries(rest),
    ...(split ? variables : [['environment', environment] as const]),
  ]);
}
