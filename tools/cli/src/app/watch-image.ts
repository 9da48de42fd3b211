import { relative } from 'node:path';
import { BuildFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { BuildEvent, Report } from '@kiln/engine/events/build-event.ts';
import type { StepName } from '@kiln/engine/plan/step.ts';
import { coloursFor } from '../report/colours.ts';
import { formatSeconds } from '../report/format-quantity.ts';
import { createChangeFeed } from '../watch/change-feed.ts';
import { offerShell } from '../watch/offer-shell.ts';
import { type Round, watchRounds } from '../watch/watch-rounds.ts';
import { countsForBuild, watchedPaths } from '../watch/watched-paths.ts';
import { build, buildUntil, type ImageRequest } from './build.ts';
import { loadImage } from './load-image.ts';
import { runReported, type ShowOptions } from './run-reported.ts';

/** Which image is to be watched, and how. */
export interface WatchRequest extends Pick<ImageRequest, 'workspace' | 'image' | 'configuration'> {
  /** Stop each build after this step, without artifacts. */
  readonly until: StepName | undefined;
  /** Offer a shell after a hook failed, in the state that the hook found. */
  readonly shell: 'offered' | 'not offered';
  readonly show: ShowOptions;
}

/** Builds an image whenever something changes that it depends on, until it is interrupted. @returns exit code 130. */
export async function watchImage(request: WatchRequest): Promise<number> {
  const { workspace, image } = request;
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  // Not `once`: a listener that is gone when that of another module looks counts as none, and the process would be ended.
  process.on('SIGINT', stop).on('SIGTERM', stop).on('disconnect', stop);
  let elementFolders: ReadonlySet<string> = new Set();
  const feed = createChangeFeed((path) => countsForBuild(path, elementFolders, workspace, image));
  const follow = async (): Promise<void> => {
    const loaded = loadImage(workspace, image, request.configuration);
    const resolved = loaded.ok ? loaded.value : undefined;
    if (resolved !== undefined)
      elementFolders = new Set(resolved.elements.map((element) => element.directory));
    await feed.setPaths(watchedPaths(workspace, image, resolved));
  };
  const state: RoundState = { failure: undefined, resumed: [] };
  try {
    await watchRounds(
      {
        next: feed.next,
        now: () => performance.now(),
        build: async (changed, signal) => {
          announce(request, changed);
          await follow();
          return buildOnce(request, signal, state);
        },
        onEnd: (round) => tellEnd(round, state, elementFolders.size),
        ...(request.shell === 'offered'
          ? { offer: (signal) => offerShell(request, state.failure, signal) }
          : {}),
      },
      interrupt.signal,
    );
    return 130;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('disconnect', stop);
    await feed.close();
  }
}

/** What is known of the build at work, or of the last one. */
interface RoundState {
  failure: Failure | undefined;
  resumed: string[];
}

async function buildOnce(
  request: WatchRequest,
  overtaken: AbortSignal,
  state: RoundState,
): Promise<'done' | 'failed'> {
  state.failure = undefined;
  state.resumed = [];
  const code = await runReported(
    request.show,
    async (report, signal) => {
      const goal = { ...request, signal, report: noting(report, state) };
      try {
        await (request.until === undefined ? build(goal) : buildUntil(goal, request.until));
      } catch (error) {
        if (error instanceof BuildFailure) state.failure = error.failures[0];
        throw error;
      }
    },
    overtaken,
  );
  return code === 0 ? 'done' : 'failed';
}

function noting(report: Report, state: RoundState): Report {
  return (event: BuildEvent) => {
    if (event.type === 'step-started' && event.resumesAfter !== undefined)
      state.resumed.push(`${event.step} resumed after ${event.resumesAfter.hook}`);
    report(event);
  };
}

function announce({ workspace, show }: WatchRequest, changed: readonly string[]): void {
  if (changed.length === 0 || show.mode === 'json') return;
  const names = changed.slice(0, 3).map((path) => relative(workspace.root, path));
  const more = changed.length > names.length ? ` and ${changed.length - names.length} more` : '';
  process.stderr.write(`\n${coloursFor(process.stderr).bold(`${names.join(', ')}${more} changed`)}\n`);
}

function tellEnd(round: Round, { resumed }: RoundState, elementCount: number): void {
  const { dim } = coloursFor(process.stderr);
  const words = { done: 'done', failed: 'failed', overtaken: 'overtaken by a newer change' }[round.ended];
  const from = resumed.map((text) => `; ${text}`).join('');
  const waiting = round.ended === 'overtaken' ? '' : `; watching ${elementCount} elements`;
  process.stderr.write(
    `${dim(`round ${round.number} ${words} after ${formatSeconds(round.durationMs)}${from}${waiting}`)}\n`,
  );
}
