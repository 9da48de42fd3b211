import { mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BuildFailure, describeFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { Result } from '@kiln/engine/diagnostics/result.ts';
import { resolveImage } from '@kiln/engine/elements/resolve-image.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import { buildImage } from '@kiln/engine/execute/build-image.ts';
import type { BreakPoints } from '@kiln/engine/execute/shell/break-points.ts';
import { readImageDefinition } from '@kiln/engine/image-definition/read-image-definition.ts';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { explainRun } from './explain-run.ts';
import type { TestCase } from './read-test-cases.ts';
import { elementTestStore, ownElements, readTestElement, sharedElements } from './test-places.ts';
import { fixtureSystem } from './write-run.ts';

/** What a case touches inside the tree before it fails, where it is to fail. */
const sentinel = '/tmp/dib-test-should-fail';

/** A case, the element that it belongs to, and a folder for what comes of it. */
export interface CaseRun {
  readonly testCase: TestCase;
  readonly element: string;
  readonly scratch: string;
}

/** The image of a case: its element and the tested one; the fixture where neither brings an operating system. */
export async function resolveTestCase(run: CaseRun): Promise<Result<ResolvedImage>> {
  const alone = await resolveWith(run, []);
  const lacksSystem = !alone.ok && alone.failures.every(({ code }) => code === 'operating-system-missing');
  return lacksSystem ? resolveWith(run, [fixtureSystem]) : alone;
}

/**
 * Builds the image of a case, in each of its formats; throws what is wrong. A case that leaves `/tmp/dib-test-should-fail` in
 * the tree and fails has passed; what it brings to a good end is held against it by nobody, as in diskimage-builder.
 */
export async function runTestCase(run: CaseRun): Promise<void> {
  const image = await resolveTestCase(run);
  if (!image.ok) throw new Error(messagesOf(image.failures));
  const events: BuildEvent[] = [];
  const failing = { wanted: false };
  const request = {
    image: image.value,
    environment: process.env,
    store: elementTestStore(),
    work: process.env['KILN_WORK'],
    logDirectory: join(run.scratch, 'logs'),
    report: (event: BuildEvent) => void events.push(event),
    network: usesFixture(image.value) ? ('offline' as const) : ('online' as const),
    breakPoints: lookingForSentinel(failing),
  };
  try {
    const { artifacts } = await buildImage(request, join(run.scratch, 'output'));
    for (const { file } of artifacts)
      if ((await stat(file)).size === 0) throw new Error(`${basename(file)} is empty`);
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    if (!failing.wanted) throw new Error(explainRun(error.failures, events), { cause: error });
  }
}

/** Whether the case runs in the fixture, and so needs nothing of the network. */
export function usesFixture(image: ResolvedImage): boolean {
  return image.elements.some(({ name }) => name === fixtureSystem);
}

function lookingForSentinel(failing: { wanted: boolean }): BreakPoints {
  return {
    names: ['after-error'],
    afterError: 'chroot',
    open: async ({ entry: [file, ...args] }) => {
      const looked = await runCommand({ file, args: [...args, 'test', '-e', sentinel] });
      failing.wanted = looked.ok;
    },
  };
}

async function resolveWith(run: CaseRun, before: readonly string[]): Promise<Result<ResolvedImage>> {
  const { testCase, element, scratch } = run;
  const file = join(scratch, 'images', testCase.name, 'image.yaml');
  const ramdisk = testCase.type === 'ramdisk' ? ['ramdisk', 'no-final-image'] : [];
  const named = [...new Set([...before, ...ramdisk, basename(element), testCase.name])];
  await mkdir(dirname(file), { recursive: true });
  await writeFile(
    file,
    `elements: [${named.join(', ')}]\nskip-base: true\nformats: [${testCase.formats.join(', ')}]\n`,
  );
  const definition = readImageDefinition(file, {
    hostArchitecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
  });
  if (!definition.ok) return definition;
  const path = [dirname(testCase.folder), await sharedElements(), dirname(element), ownElements];
  return resolveImage(definition.value, [...new Set(path)], readTestElement);
}

function messagesOf(failures: readonly Failure[]): string {
  return failures.map((failure) => describeFailure(failure).message).join('\n');
}
