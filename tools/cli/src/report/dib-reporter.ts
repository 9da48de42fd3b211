import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import { insideTarget } from '@kiln/engine/execute/steps/hook-places.ts';
import { sandboxPaths } from '@kiln/engine/plan/hook-environment.ts';
import { steps } from '@kiln/engine/plan/step.ts';
import { chrootPhases, type Phase, phases } from '@kiln/engine/util/phase.ts';
import { byteOrder } from '@kiln/engine/util/byte-order.ts';
import type { Reporter } from './reporter.ts';

/** What the reporter is told of the image beside its events. */
export interface DibReporterSettings {
  readonly line: (text: string) => void;
  /** Names of the files of `environment.d`, in the order in which they are sourced. */
  readonly environmentFiles: (phase: Phase) => readonly string[];
  /** Phases that have hooks. */
  readonly phasesWithHooks: ReadonlySet<Phase>;
  /** A path as the user wrote it. */
  readonly shown: (file: string) => string;
  readonly failureLines: (failure: Failure) => readonly string[];
  readonly warningLines: (failure: Failure) => readonly string[];
}

/**
 * Shows a build in diskimage-builder's lines: what `dib-run-parts` says of each hook, what hooks print, a table of times
 * after each phase. Lines about what was taken from an earlier build begin with `kiln:`.
 */
export function createDibReporter(settings: DibReporterSettings): Reporter {
  const { line } = settings;
  const state: State = { planned: [], told: new Set(), phase: undefined, times: new Map() };
  return {
    report: (event) => reportEvent(event, state, settings),
    finish: (outcome) => {
      if (outcome.kind === 'done') line('Build completed successfully');
      else if (outcome.kind === 'cancelled') line('kiln: interrupted');
      else
        for (const failure of outcome.failures) for (const text of settings.failureLines(failure)) line(text);
    },
  };
}

interface State {
  planned: readonly string[];
  /** Steps of which something was said. */
  readonly told: Set<string>;
  phase: Phase | undefined;
  /** Of the phase at work: milliseconds by hook. */
  readonly times: Map<string, number>;
}

function reportEvent(event: BuildEvent, state: State, settings: DibReporterSettings): void {
  const { line } = settings;
  switch (event.type) {
    case 'planned':
      state.planned = event.steps;
      return;
    case 'step-started':
      return tellStarted(event, state, settings);
    case 'hook-started':
      enterPhase(event.hook, state, settings);
      return line(`dib-run-parts Running ${hooksFolder(phaseOf(event.hook))}/${event.hook}`);
    case 'hook-output':
      if (event.hook === 'packages') leavePhase(state, settings);
      return line(event.line);
    case 'hook-finished': {
      const name = event.hook.slice(event.hook.indexOf('/') + 1);
      if (!event.ok) state.phase = undefined;
      else line(`dib-run-parts ${name} completed`);
      state.times.set(name, event.durationMs);
      return;
    }
    case 'step-finished':
      leavePhase(state, settings);
      return event.origin === 'restored'
        ? tellRestored(state.planned, event.step, state, settings)
        : undefined;
    case 'artifact': {
      const file = settings.shown(event.file);
      return line(event.inPlace === true ? `Image file ${file} unchanged` : `Image file ${file} created...`);
    }
    case 'note':
      return line(`kiln: ${event.message}`);
    case 'warning':
      for (const text of settings.warningLines(event.failure)) line(text);
  }
}

/** Steps before the one that begins were taken from the store, which the engine tells only at the end. */
function tellStarted(
  event: Extract<BuildEvent, { readonly type: 'step-started' }>,
  state: State,
  settings: DibReporterSettings,
): void {
  const position = state.planned.indexOf(event.step);
  for (const step of state.planned.slice(0, Math.max(position, 0)))
    tellRestored(state.planned, step, state, settings);
  state.told.add(event.step);
  if (event.step === 'image') settings.line('kiln: writing the image');
  if (event.resumesAfter !== undefined) {
    const { hook, count } = event.resumesAfter;
    settings.line(`kiln: resumed after ${hook} (${count} of ${event.hookCount} hooks restored)`);
  }
}

function tellRestored(
  planned: readonly string[],
  step: string,
  state: State,
  { phasesWithHooks, line }: DibReporterSettings,
): void {
  if (!planned.includes(step) || state.told.has(step)) return;
  state.told.add(step);
  const own: readonly Phase[] = steps.find(({ name }) => name === step)?.phases ?? [];
  for (const phase of own) if (phasesWithHooks.has(phase)) line(`kiln: ${phase}.d restored (unchanged)`);
}

function enterPhase(hook: string, state: State, settings: DibReporterSettings): void {
  const phase = phaseOf(hook);
  if (phase === undefined || state.phase === phase) return;
  leavePhase(state, settings);
  state.phase = phase;
  const folder = `${hooksFolder(phase)}/${phase}.d/../environment.d`;
  for (const name of settings.environmentFiles(phase))
    settings.line(`dib-run-parts Sourcing environment file ${folder}/${name}`);
}

/** The table of a phase that ended well. */
function leavePhase(state: State, { line }: DibReporterSettings): void {
  const { phase, times } = state;
  state.phase = undefined;
  const rows = [...times].toSorted(([a], [b]) => byteOrder(a, b));
  times.clear();
  if (phase === undefined) return;
  const say = (text: string): void => line(`dib-run-parts ${text}`);
  say('----------------------- PROFILING -----------------------');
  say('');
  say(`Target: ${phase}.d`);
  say('');
  say(`${'Script'.padEnd(43)}Seconds`);
  say(`${'-'.repeat(39)}  ${'-'.repeat(10)}`);
  say('');
  for (const [name, ms] of rows) say(`${name.padEnd(40)} ${(ms / 1000).toFixed(3).padStart(10)}`);
  say('');
  say('--------------------- END PROFILING ---------------------');
}

function hooksFolder(phase: Phase | undefined): string {
  return phase !== undefined && chrootPhases.has(phase) ? insideTarget : sandboxPaths.hooks;
}

function phaseOf(hook: string): Phase | undefined {
  return phases.find((phase) => hook.startsWith(`${phase}.d/`));
}
