import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BuildEvent, Report } from '@kiln/engine/events/build-event.ts';
import { outputDirectory, type Workspace } from './workspace.ts';

interface Image {
  readonly workspace: Workspace;
  readonly image: string;
  readonly configuration: string | undefined;
}

/** How one step came about, noted by the process that ran it, for the table at the end of a build of many processes. */
interface StepRun {
  /** The Nx process whose task it was. */
  readonly runner: number;
  readonly at: number;
  readonly finished: Extract<BuildEvent, { type: 'step-finished' }>;
}

/** Notes every step that really ran. */
export function recordingRuns(image: Image, report: Report): Report {
  return (event) => {
    report(event);
    if (event.type !== 'step-finished' || event.origin === 'restored') return;
    const file = runFile(image, event.step);
    const run: StepRun = { runner: process.ppid, at: Date.now(), finished: event };
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(run));
  };
}

/** Tells of steps that an earlier task of the same Nx run made as what they were, not as restored. */
export function withEarlierRuns(image: Image, report: Report): Report {
  return (event) => {
    if (event.type !== 'step-finished' || event.origin !== 'restored') return report(event);
    const run = readRun(runFile(image, event.step));
    const isOurs = run !== undefined && run.runner === process.ppid && Date.now() - run.at < dayMs;
    return report(isOurs ? run.finished : event);
  };
}

/** A process number may come again. */
const dayMs = 24 * 60 * 60 * 1000;

function runFile(image: Image, step: string): string {
  return join(outputDirectory(image.workspace, image.image, image.configuration), 'runs', `${step}.json`);
}

function readRun(file: string): StepRun | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StepRun;
  } catch {
    return undefined;
  }
}
