import type { Report } from '../events/build-event.ts';
import { fail } from '../diagnostics/failure.ts';
import type { ContentStore } from '../store/content-store.ts';
import { hostPath, runCommand, type CommandResult } from '../util/run-command.ts';
import { withoutPassword } from '../util/without-password.ts';

/** What everything that is fetched needs: where it goes, how the network is reached, and who listens. */
export interface Fetching {
  readonly store: ContentStore;
  readonly network: 'online' | 'offline';
  /** Environment of git and curl; see `transportEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
  /** Waits between two tries. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** How many things are fetched at once. */
export const fetchLimit = 4;

const transportNames =
  /^(?:(?:https?|ftp|all|no)_proxy|HOME|SSH_AUTH_SOCK|GIT_SSH(?:_COMMAND)?|(?:CURL|SSL)_[A-Z_]+|GIT_(?:SSL|HTTP)_[A-Z_]+)$/i;

/** The part of the user's environment that says how bytes travel, and not which: proxies, certificates, keys of SSH. */
export function transportEnvironment(
  user: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const chosen = Object.entries(user).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && transportNames.test(pair[0]),
  );
  return { ...Object.fromEntries(chosen), PATH: hostPath, LC_ALL: 'C.UTF-8', GIT_TERMINAL_PROMPT: '0' };
}

/** Fails with 'offline-and-not-cached' where there is no network to fetch something with. */
export function needNetwork(fetching: Pick<Fetching, 'network'>, what: string): void {
  if (fetching.network === 'offline') fail({ code: 'offline-and-not-cached', what });
}

/** One attempt to reach the outside world. */
export interface Attempt {
  readonly location: string;
  readonly command: readonly [string, ...string[]];
  /** What the failure is, if the try failed for good: another one would fail alike. */
  readonly isFinal: (result: CommandResult) => boolean;
}

const tries = 5;
const firstPauseMs = 1000;

/** Runs a command of the network up to five times, with pauses of 1, 2, 4 and 8 seconds. Fails with 'source-unreachable'. */
export async function tryRepeatedly(fetching: Fetching, attempt: Attempt): Promise<CommandResult> {
  const [file, ...args] = attempt.command;
  const shown = withoutPassword(attempt.location);
  for (let count = 1; ; count += 1) {
    const { environment: env, signal } = fetching;
    const result = await runCommand({ file, args, env, signal });
    if (result.ok) return result;
    signal?.throwIfAborted();
    const reason = reasonOf(result, attempt.location);
    if (count === tries || attempt.isFinal(result)) fail({ code: 'source-unreachable', url: shown, reason });
    const pauseMs = firstPauseMs * 2 ** (count - 1);
    const message = `${shown}: ${reason.split('\n').at(-1) ?? ''}; trying again in ${pauseMs / 1000} s`;
    fetching.report({ type: 'note', message });
    await fetching.wait(pauseMs);
  }
}

function reasonOf(result: CommandResult, location: string): string {
  const said = result.stderr.trim().replaceAll(location, withoutPassword(location));
  return said === '' ? result.status : said;
}
