import type { StepPlan } from '../../plan/build-plan.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import { type StepName, steps } from '../../plan/step.ts';
import { chrootPhases, type Phase } from '../../util/phase.ts';
import type { ChainLink } from '../steps/hook-chain.ts';
import { enterTree, type ShellTree } from './shell-entry.ts';

/** Places at which a build stops and opens a shell, and what opens it. */
export interface BreakPoints {
  /** Of `breakPointNames`. */
  readonly names: readonly string[];
  /** On which side of the chroot a shell after an error is; by default where the hook was. */
  readonly afterError?: 'chroot' | 'host' | undefined;
  /** TERM of the user's terminal. */
  readonly terminal?: string | undefined;
  /** Runs the shell to its end. What becomes of it decides nothing: the build goes on. */
  readonly open: (place: BreakPlace) => Promise<void>;
}

/** Where a shell is to be opened. */
export interface BreakPlace {
  readonly name: string;
  readonly side: 'chroot' | 'host';
  /** Words that run a command there, when they stand before it. */
  readonly entry: readonly [string, ...string[]];
}

/** The break points of one build. Each opens once, though a step may be made twice. */
export interface BreakSession {
  readonly points: BreakPoints;
  readonly opened: Set<string>;
  /** Steps in which a shell changed something. */
  readonly changed: Set<StepName>;
}

/** Whether a step left something else than its hooks make: a shell changed it. Nothing of that may be found by the step's key. */
export function isChangedByHand(session: BreakSession | undefined, step: StepName): boolean {
  return session?.changed.has(step) === true;
}

export function startBreakSession(points: BreakPoints | undefined): BreakSession | undefined {
  if (points === undefined || points.names.length === 0) return undefined;
  return { points, opened: new Set(), changed: new Set() };
}

/** Whether a shell is still to be opened before or after a phase. */
function breaksAround({ points, opened }: BreakSession, phase: Phase): boolean {
  return [`before-${phase}`, `after-${phase}`].some(
    (name) => points.names.includes(name) && !opened.has(name),
  );
}

/** Whether a step must be gone through, though the store may have it. */
export function breaksIn(
  session: BreakSession | undefined,
  { phases: own }: Pick<StepPlan, 'phases'>,
): boolean {
  return session !== undefined && own.some((phase) => breaksAround(session, phase));
}

/** Whether a phase is gone through although it has no hook: those on the host are, as in diskimage-builder. */
export function breaksInEmptyPhase(session: BreakSession, phase: Phase): boolean {
  return !chrootPhases.has(phase) && breaksAround(session, phase);
}

/** Steps that are gone through although they have no hook. */
export function emptyStepsToBreakIn(session: BreakSession): ReadonlySet<StepName> {
  const wanted = steps.filter((step) => step.phases.some((phase) => breaksInEmptyPhase(session, phase)));
  return new Set(wanted.map(({ name }) => name));
}

/** The hooks of a step that may lie behind a checkpoint without a break point being passed over. */
export function linksBeforeBreak(
  session: BreakSession | undefined,
  { phases: own }: Pick<StepPlan, 'phases'>,
  links: readonly ChainLink[],
): readonly ChainLink[] {
  if (session === undefined) return links;
  const first = own.findIndex((phase) => breaksAround(session, phase));
  if (first < 0) return links;
  const phase = own[first] as Phase;
  const name = `before-${phase}`;
  const isBefore = session.points.names.includes(name) && !session.opened.has(name);
  const free = new Set(own.slice(0, isBefore ? first : first + 1));
  return links.filter((link) => free.has(link.phase));
}

/** A moment of a build at which a break point may be. */
export interface BreakMoment {
  readonly name: string;
  readonly step: StepName;
  readonly phase: Phase;
  readonly env: Readonly<Record<string, string>>;
}

/** Opens a shell if the user wants one at this moment, and notes whether it changed anything that the step will leave. */
export async function breakHere(session: BreakSession, tree: ShellTree, moment: BreakMoment): Promise<void> {
  const { points, opened, changed } = session;
  const { name, step, phase, env } = moment;
  if (!points.names.includes(name) || opened.has(name)) return;
  opened.add(name);
  const natural = chrootPhases.has(phase) ? 'chroot' : 'host';
  const side = name === 'after-error' ? (points.afterError ?? natural) : natural;
  const before = await fingerprint(tree);
  const prompt = `(${name}) \\w \\$ `;
  await points.open({
    name,
    side,
    entry: await enterTree(tree, { side, env, prompt, terminal: points.terminal }),
  });
  if ((await fingerprint(tree)) !== before) changed.add(step);
}

/**
 * Everything of which a step's results are made: the tree, the hooks directory, files for the output directory, mounts. By names and what
 * stat says, the time of the last change of the inode among it: no program can set that. What is mounted below the tree may be part of it.
 */
async function fingerprint({ sandbox }: ShellTree): Promise<string> {
  const folders = [sandboxPaths.targetRoot, sandboxPaths.hooks, sandboxPaths.outputs];
  return (await sandbox.run(['bash', '--norc', '-c', fingerprintScript, 'kiln-look', ...folders])).stdout;
}

const fingerprintScript = `set -eu -o pipefail
{ cut -d ' ' -f 3-5 /proc/self/mountinfo
  find "$@" \\( -path "$1/proc" -o -path "$1/sys" -o -path "$1/dev" \\) -prune -o -printf '%p %y %m %U %G %s %C@ %l\\0' || :
} | sha256sum`;
