import { fail } from '../../diagnostics/failure.ts';
import { nearName } from '../../diagnostics/near-name.ts';
import { emptyRecord, type LayerRecord } from '../../layers/layer-record.ts';
import type { StepPlan } from '../../plan/build-plan.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import { mountPseudoFilesystems } from '../../sandbox/mount-pseudo-filesystems.ts';
import { chrootPhases, type Phase } from '../../util/phase.ts';
import { runInTerminal } from '../../util/run-in-terminal.ts';
import type { BuildRequest } from '../build-request.ts';
import { findCheckpoint } from '../steps/checkpoint.ts';
import { ensureSteps } from '../steps/ensure-steps.ts';
import { forecastSteps } from '../explain/forecast-steps.ts';
import { chainHooks } from '../steps/hook-chain.ts';
import { hooksFolderOf } from '../steps/hook-places.ts';
import { type PreparedBuild, withPreparedBuild } from '../prepare-build.ts';
import { sourceEnvironment, withHooksInside } from '../steps/run-hooks.ts';
import { enterTree } from './shell-entry.ts';
import { runStepHooks } from '../steps/run-step-hooks.ts';
import { type StepTree, withStepTree } from '../steps/step-tree.ts';

/** A moment of a build: before or after a hook (`install.d/75-web`, or `75-web`), or after a step. */
export interface BuildMoment {
  readonly when: 'before' | 'after';
  readonly what: string;
}

/** What a shell is to be like. */
export interface ShellRequest {
  readonly moment: BuildMoment;
  /** What to run instead of a shell. */
  readonly command: readonly string[];
  /** TERM of the user's terminal, if there is one. */
  readonly terminal: string | undefined;
  /** Told where the shell will be, just before it begins; from then on the terminal is its own. */
  readonly onOpen: (place: ShellPlace) => void;
}

/** Where a shell is. */
export interface ShellPlace {
  readonly moment: BuildMoment;
  /** 'host': beside the tree, in the namespaces in which host hooks run. */
  readonly side: 'chroot' | 'host';
  /** What to type to run the hook that comes next. */
  readonly hookCommand: string | undefined;
}

/**
 * Opens a shell in the state that an image's tree has at some moment of its build. What is below is restored, the longest
 * checkpoint is taken, and only the hooks between it and the moment run again. Nothing that happens in the shell is kept.
 *
 * @returns exit status of the shell.
 */
export async function openShell(request: BuildRequest, shell: ShellRequest): Promise<number> {
  return withPreparedBuild(request, async (prepared) => {
    const target = await findMoment(request, prepared, shell.moment);
    return target.hook === undefined
      ? shellAfterStep(prepared, shell, target.step)
      : shellAtHook(prepared, shell, { ...target, hook: target.hook });
  });
}

interface Target {
  readonly step: StepPlan;
  readonly hook: string | undefined;
}

/** Which step a moment belongs to. Links that extra-data hooks make are known as far as the last build made them. */
async function findMoment(
  request: BuildRequest,
  { plan, bench }: PreparedBuild,
  { when, what }: BuildMoment,
): Promise<Target> {
  const steps = await forecastSteps(bench.store, request.subject, {
    plan,
    until: undefined,
    bytes: 'not needed',
  });
  const hooks = steps.flatMap(({ step, chain }) =>
    chain.links.map(({ hook }) => ({ step, hook: hook.path })),
  );
  const found =
    hooks.find(({ hook }) => hook === what) ?? hooks.find(({ hook }) => hook.endsWith(`.d/${what}`));
  if (found !== undefined) return found;
  const step = plan.steps.find((it) => it.name === what || `${it.name}.d` === what);
  if (step !== undefined && when === 'after') return { step, hook: undefined };
  const first = step && hooks.find((it) => it.step === step);
  if (first !== undefined) return first;
  const names = [...plan.steps.map((it) => it.name), ...hooks.map(({ hook }) => hook)];
  return fail({ code: 'step-or-hook-not-found', name: what, near: nearName(what, names) });
}

async function shellAtHook(
  { plan, disk, bench }: PreparedBuild,
  shell: ShellRequest,
  { step, hook }: Target & { readonly hook: string },
): Promise<number> {
  const before = plan.steps[plan.steps.indexOf(step) - 1];
  const states =
    before === undefined ? [] : await ensureSteps(bench, { plan, disk, until: before.name, need: 'blobs' });
  const below = states.at(-1)?.record ?? emptyRecord;
  const chain = chainHooks(step, below);
  const { when } = shell.moment;
  const position = chain.links.findIndex((link) => link.hook.path === hook);
  if (position < 0) fail({ code: 'step-or-hook-not-found', name: hook });
  const covered = chain.links.slice(0, when === 'before' ? position : position + 1);
  const checkpoint = step.restorable ? await findCheckpoint(bench.store, covered) : undefined;
  return withStepTree(bench, { plan, step, chain, below, disk }, { checkpoint }, async (tree) => {
    let status = 0;
    const body = async (phase: Phase, env: Readonly<Record<string, string>>): Promise<void> => {
      const next = when === 'before' ? hook : chain.links[position + 1]?.hook.path;
      status = await runShell(tree, shell, { phase, env, next });
    };
    await runStepHooks(
      bench,
      tree,
      { plan, step, chain, below, disk },
      { checkpoint, stop: { when, hook, body } },
    );
    return status;
  });
}

/** On the finished layers of a step, with the environment of its last phase. */
async function shellAfterStep(
  { plan, disk, bench }: PreparedBuild,
  shell: ShellRequest,
  step: StepPlan,
): Promise<number> {
  const states = await ensureSteps(bench, { plan, disk, until: step.name, need: 'blobs' });
  const below: LayerRecord = states.at(-1)?.record ?? emptyRecord;
  const run = { plan, step, chain: chainHooks(step, below), below, disk };
  return withStepTree(bench, run, { checkpoint: undefined }, async (tree) => {
    const { sandbox } = tree;
    if (step.name === 'root') await mountPseudoFilesystems(sandbox.run, sandboxPaths.targetRoot);
    return withHooksInside(sandbox, 'install', async () => {
      const { environment: variables, hooksDirectory: files, secrets } = step;
      const env = await sourceEnvironment(sandbox, 'install', { files, variables, secrets });
      return runShell(tree, shell, { phase: 'install', env, next: undefined });
    });
  });
}

interface ShellSettings {
  readonly phase: Phase;
  readonly env: Readonly<Record<string, string>>;
  readonly next: string | undefined;
}

async function runShell(
  tree: StepTree,
  shell: ShellRequest,
  { phase, env, next }: ShellSettings,
): Promise<number> {
  const side = chrootPhases.has(phase) ? 'chroot' : 'host';
  const { when, what } = shell.moment;
  const prompt = `(${when} ${what}) \\w \\$ `;
  const [program, ...args] = await enterTree(tree, { side, env, prompt, terminal: shell.terminal });
  const hookCommand = next === undefined ? undefined : `${hooksFolderOf(phase)}/${next}`;
  shell.onOpen({ moment: shell.moment, side, hookCommand });
  const command = shell.command.length > 0 ? shell.command : ['/bin/bash', '--norc'];
  return runInTerminal(program, [...args, ...command]);
}
