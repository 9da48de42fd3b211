import { fail } from '../../diagnostics/failure.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import { phaseEnvironment } from '../../plan/phase-environment.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';
import { chrootPhases, type Phase } from '../../util/phase.ts';
import { breaksInEmptyPhase, isChangedByHand } from '../shell/break-points.ts';
import { type Checkpoint, considerCheckpoint, isFull } from './checkpoint.ts';
import { applyHookChanges, type ChainLink } from './hook-chain.ts';
import { measureState, type Surroundings } from './measure-state.ts';
import { programPathOf } from './hook-places.ts';
import { withBreaks } from '../shell/phase-breaks.ts';
import { printedBlockDevice, type PrintedVariables } from './printed-variables.ts';
import { runHook, runLogged, sourceEnvironment, withHooksInside } from './run-hooks.ts';
import { showingMountTypes } from './show-mount-types.ts';
import type { StepRun } from './step-run.ts';
import type { StepTree } from './step-tree.ts';
import type { HookTimes } from './stored-step.ts';
import type { Workbench } from '../workbench.ts';

/** Where to begin among a step's hooks, and where to stop, if not at the end. */
export interface HookRange {
  readonly checkpoint: Checkpoint | undefined;
  readonly stop?: HookStop;
}

/** A place before or after a hook where something else happens, and nothing after it. */
export interface HookStop {
  readonly when: 'before' | 'after';
  /** Path in the hooks directory. */
  readonly hook: string;
  /** Gets the environment that hooks have there; the hooks directory stands where hooks find it. */
  readonly body: (phase: Phase, env: Readonly<Record<string, string>>) => Promise<void>;
}

/** How long the hooks of a step took: each of them, those that a checkpoint saved too, and those that ran now together. */
export interface StepTimes {
  readonly hookMs: HookTimes;
  readonly spentMs: number;
}

/** How far a step came: to its end, or to a hook after which the upper folder is to be sealed. */
export interface StepProgress extends StepTimes {
  readonly full: { readonly link: ChainLink; readonly covered: number } | undefined;
  /** For the phases after it. */
  readonly printed: PrintedVariables;
}

/** What grows from hook to hook. */
interface Progress {
  hookMs: Record<string, number>;
  spentMs: number;
  sinceCheckpointMs: number;
  /** As they were before the step's first hook. */
  readonly surroundings: Surroundings;
  full: StepProgress['full'];
  printed: Record<string, string>;
}

/** Runs a step's hooks in order, from a checkpoint on, until the upper folder is full; takes checkpoints where they pay. */
export async function runStepHooks(
  bench: Workbench,
  tree: StepTree,
  run: StepRun,
  range: HookRange,
): Promise<StepProgress> {
  const { sandbox } = tree;
  const { links } = run.chain;
  const progress: Progress = {
    hookMs: { ...range.checkpoint?.hookMs },
    spentMs: 0,
    sinceCheckpointMs: 0,
    // Nobody asks where there is no second hook.
    surroundings:
      links.length > 1
        ? (await measureState(sandbox, run.step)).surroundings
        : { mountPoints: [], beside: '' },
    full: undefined,
    printed: {},
  };
  const files = applyHookChanges(run.step.hooksDirectory, run.below.hooks?.changes ?? []);
  for (const phase of run.step.phases) {
    const withPackages = run.step.packages.length > 0 && chrootPhases.has(phase);
    const isEmpty = !links.some((link) => link.phase === phase) && !withPackages;
    if (isEmpty && (bench.breaks === undefined || !breaksInEmptyPhase(bench.breaks, phase))) continue;
    const end = await withHooksInside(sandbox, phase, async () => {
      const given = { ...tree.disk?.variables(phase), ...run.below.printed };
      const variables = { ...run.step.environment, ...tree.variables, ...given };
      const { secrets } = run.step;
      const source = () => sourceEnvironment(sandbox, phase, { files, variables, secrets });
      const session = range.stop === undefined ? bench.breaks : undefined;
      return withBreaks(tree, run.step, { session, phase, variables, source }, (env) =>
        runPhase(bench, tree, run, { ...range, phase, env, progress }),
      );
    });
    if (end === 'stopped') break;
    if (withPackages) await installPackages(bench, sandbox, run);
  }
  return progress;
}

interface PhaseRun extends HookRange {
  readonly phase: Phase;
  readonly env: Readonly<Record<string, string>>;
  readonly progress: Progress;
}

async function runPhase(
  bench: Workbench,
  tree: StepTree,
  run: StepRun,
  { phase, env, progress, checkpoint, stop }: PhaseRun,
): Promise<'done' | 'stopped'> {
  const { links } = run.chain;
  for (const [index, link] of links.entries()) {
    if (link.phase !== phase) continue;
    const { hook } = link;
    if (stop?.hook !== hook.path || stop.when === 'after') {
      if (index >= (checkpoint?.covered ?? 0)) {
        const { image } = run.plan;
        const { name: step, secrets } = run.step;
        const request = { step, image, phase, hook, index, count: links.length, env, secrets };
        const onLine = phase === 'block-device' ? listenFor(progress.printed) : undefined;
        const devices = tree.disk?.devices ?? [];
        const tookMs = await showingMountTypes(tree.sandbox, { phase, hook }, devices, () =>
          runHook(bench, tree.sandbox, { ...request, onLine }),
        );
        progress.hookMs[hook.path] = tookMs;
        progress.spentMs += tookMs;
        progress.sinceCheckpointMs += tookMs;
        if (index < links.length - 1) {
          const place = { link, covered: index + 1, progress, checkpoint };
          if (await keepState(bench, tree, run, { ...place, mayStop: stop === undefined })) return 'stopped';
        }
      }
    }
    if (stop?.hook !== hook.path) continue;
    await stop.body(phase, env);
    return 'stopped';
  }
  return 'done';
}

function listenFor(printed: Record<string, string>): (line: string) => void {
  return (line) => {
    const device = printedBlockDevice(line);
    if (device !== undefined) printed['IMAGE_BLOCK_DEVICE'] = device;
  };
}

/**
 * Keeps the state after a hook where that pays; the hooks directory that extra-data hooks rewrite is in no state, and a finalise step may
 * work elsewhere than on an upper folder.
 *
 * @returns whether the hooks are to stop here for the upper folder to be sealed.
 */
async function keepState(
  bench: Workbench,
  { sandbox, folder, disk }: StepTree,
  { step, plan }: StepRun,
  after: {
    readonly link: ChainLink;
    readonly covered: number;
    readonly progress: Progress;
    readonly checkpoint: Checkpoint | undefined;
    readonly mayStop: boolean;
  },
): Promise<boolean> {
  if (step.name === 'extra-data' || !step.restorable || bench.checkpoints === 'never') return false;
  if (isChangedByHand(bench.breaks, step.name) || step.name === 'block-device') return false;
  const { link, covered, progress, checkpoint } = after;
  const { sinceCheckpointMs: spentMs, hookMs, surroundings } = progress;
  const measured = await measureState(sandbox, step);
  if (after.mayStop && step.name !== 'finalise' && isFull(measured, surroundings)) {
    progress.full = { link, covered };
    return true;
  }
  const { epochSeconds } = plan;
  const sealed = checkpoint?.sealed ?? [];
  const state = { link, spentMs, folder, epochSeconds, hookMs, sealed, surroundings, measured, disk };
  if (await considerCheckpoint(bench, sandbox, state)) progress.sinceCheckpointMs = 0;
  return false;
}

/** `-p`: outside of the hooks, without environment.d and without in_target.d, as in diskimage-builder. */
async function installPackages(bench: Workbench, sandbox: Sandbox, run: StepRun): Promise<void> {
  const result = await runLogged(bench, sandbox, {
    step: run.step.name,
    hook: 'packages',
    command: ['chroot', sandboxPaths.targetRoot, 'install-packages', ...run.step.packages],
    env: phaseEnvironment('install', run.step.environment),
    secrets: run.step.secrets,
    path: programPathOf('install'),
    log: 'packages.log',
  });
  if (result.ok) return;
  if (result.lacking !== undefined) fail({ code: 'offline-and-not-cached', what: result.lacking });
  fail({
    code: 'packages-failed',
    packages: run.step.packages,
    status: result.status,
    lastLines: result.lastLines,
    logFile: result.logFile,
  });
}
