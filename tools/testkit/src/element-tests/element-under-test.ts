import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildFailure, describeFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import { resolveImage } from '@kiln/engine/elements/resolve-image.ts';
import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import { buildImage, buildSteps } from '@kiln/engine/execute/build-image.ts';
import type { BuildRequest } from '@kiln/engine/execute/build-request.ts';
import type { ImageArtifact } from '@kiln/engine/execute/artifacts/ensure-artifacts.ts';
import type { StepState } from '@kiln/engine/execute/steps/ensure-steps.ts';
import { readImageDefinition } from '@kiln/engine/image-definition/read-image-definition.ts';
import { builtElement, type BuiltElement } from './built-element.ts';
import { copyOutputs, copyTree } from './copy-tree.ts';
import { explainRun, outputOf } from './explain-run.ts';
import { lackOfMirror } from './reach-mirror.ts';
import type { RunOptions } from './run-request.ts';
import { elementTestStore, ownElements, readTestElement, sharedElements } from './test-places.ts';
import { writeRun } from './write-run.ts';

/** What came of a run that was to fail. */
export interface FailedRun {
  /** `install.d/10-web` where a hook failed; undefined where it did not come to that. */
  readonly hook: string | undefined;
  /** What Kiln says of it: the last lines of the hook, or what is wrong with the elements. */
  readonly message: string;
  /** All that hooks printed. */
  readonly output: string;
  readonly failures: readonly Failure[];
}

/** An element, to be run in a test. */
export interface ElementUnderTest {
  readonly name: string;
  /** Its folder. */
  readonly folder: string;
  /** Runs all its hooks, with those of its dependencies, in a tree of a few megabytes; throws what Kiln says where that fails. */
  readonly run: (options?: RunOptions) => Promise<BuiltElement>;
  /** The same for a run that must fail; throws where it does not. */
  readonly expectFailure: (options?: RunOptions) => Promise<FailedRun>;
}

/** Where an element lies, and where its runs may write. */
export interface TestSubject {
  readonly name: string;
  readonly folder: string;
  readonly scratch: string;
  /** Searched before the folder around the element. */
  readonly elementPath?: readonly string[];
  /** Ends the test, as skipped or as failed, because the host or its network lacks something. */
  readonly unavailable: (reason: string) => never;
}

/** Opens an element for one test. Runs at the same time do not disturb one another. */
export function elementUnderTest(subject: TestSubject): ElementUnderTest {
  let runs = 0;
  const begin = async (options: RunOptions): Promise<Attempt> =>
    attempt(subject, join(subject.scratch, `run-${++runs}`), options);
  return {
    name: subject.name,
    folder: subject.folder,
    run: async (options = {}) => {
      const { folder, request, events, outcome } = await begin(options);
      if (!('steps' in outcome)) throw new Error(explainRun(outcome.failures, events));
      const { steps, artifacts } = outcome;
      const places = { tree: join(folder, 'tree'), outputs: join(folder, 'outputs') };
      for (const place of Object.values(places)) await mkdir(place);
      const last = steps.at(-1);
      if (last !== undefined) await copyTree(request, last.record, places.tree);
      await copyOutputs(
        request,
        steps.map(({ record }) => record),
        places.outputs,
      );
      const environment = { DISTRO_NAME: 'debian', ...options.environment };
      return builtElement({ ...places, element: subject.folder }, steps, {
        events,
        environment,
        artifacts,
      });
    },
    expectFailure: async (options = {}) => {
      const { events, outcome } = await begin(options);
      if ('steps' in outcome) throw new Error('the run ended well, and was expected to fail');
      const { failures } = outcome;
      const hook = failures.flatMap((it) =>
        it.code === 'hook-failed' ? [`${it.phase}.d/${it.hook}`] : [],
      )[0];
      const message = failures.map((failure) => describeFailure(failure).message).join('\n');
      return { hook, message, failures, output: outputOf(events) };
    },
  };
}

interface Attempt {
  readonly folder: string;
  readonly request: Omit<BuildRequest, 'image'>;
  readonly events: readonly BuildEvent[];
  readonly outcome:
    | { readonly steps: readonly StepState[]; readonly artifacts: readonly ImageArtifact[] }
    | { readonly failures: readonly Failure[] };
}

async function attempt(subject: TestSubject, folder: string, options: RunOptions): Promise<Attempt> {
  await mkdir(folder, { recursive: true });
  const file = await writeRun(folder, subject, options);
  const events: BuildEvent[] = [];
  const isReal = options.base === 'debian-minimal';
  const lack = isReal ? await lackOfMirror() : undefined;
  if (lack !== undefined) subject.unavailable(lack);
  const request: Omit<BuildRequest, 'image'> = {
    environment: {
      ...(isReal ? process.env : {}),
      ...(options.afresh === true ? { KILN_FRESH: subject.name } : {}),
      ...options.environment,
    },
    store: elementTestStore(),
    work: process.env['KILN_WORK'],
    logDirectory: join(folder, 'logs'),
    report: (event: BuildEvent) => void events.push(event),
    network: isReal ? 'online' : (options.network ?? 'offline'),
  };
  const tried = { folder, request, events };
  const definition = readImageDefinition(file, { hostArchitecture: hostArchitecture() });
  if (!definition.ok) return { ...tried, outcome: { failures: definition.failures } };
  const path = await elementPathOf(subject, folder);
  const resolved = resolveImage(definition.value, path, readTestElement);
  if (!resolved.ok) return { ...tried, outcome: { failures: resolved.failures } };
  try {
    const goal = { until: options.until, need: 'blobs' } as const;
    const whole = { ...request, image: resolved.value };
    if (options.formats !== undefined) {
      const { artifacts } = await buildImage(whole, join(folder, 'image'));
      return { ...tried, outcome: { steps: await buildSteps(whole, goal), artifacts } };
    }
    return { ...tried, outcome: { steps: await buildSteps(whole, goal), artifacts: [] } };
  } catch (error) {
    if (error instanceof BuildFailure) return { ...tried, outcome: { failures: error.failures } };
    throw error;
  }
}

/** The test's own elements, the fixture's, the element's neighbours, Kiln's: the first that has a name wins. */
async function elementPathOf(subject: TestSubject, folder: string): Promise<readonly string[]> {
  const around = join(subject.folder, '..');
  const own = join(folder, 'elements');
  return [...new Set([own, ...(subject.elementPath ?? []), await sharedElements(), around, ownElements])];
}

function hostArchitecture(): 'amd64' | 'arm64' {
  return process.arch === 'arm64' ? 'arm64' : 'amd64';
}
