import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import type { Report } from '@kiln/engine/events/build-event.ts';
import { completeLock, refreshLock, type RefreshedLock } from '@kiln/engine/execute/locks/refresh-lock.ts';
import { daysBetween, explainLockChange, inDays } from '@kiln/engine/lock/compare-locks.ts';
import { engineRequest, loadReported } from './build.ts';
import { reportProblems } from './report-problems.ts';
import { lockFileOf, type Workspace } from './workspace.ts';

/** Which image's lock is to be refreshed, or compared with what is there now. */
export interface LockImageRequest {
  readonly workspace: Workspace;
  readonly image: string;
  /** A form of the image whose things are to be locked too; those of others stay locked where they were. */
  readonly configuration?: string | undefined;
  /** Only tell how far the lock is behind. */
  readonly check?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Refreshes the lock of an image, and prints what moved.
 *
 * @returns exit code: 0 done; with `check`, 1 where the outside world is ahead of the lock.
 */
export async function lockImage(request: LockImageRequest): Promise<number> {
  return reportProblems(async (problems) => {
    const { workspace, image: name } = request;
    const report: Report = (event) => {
      if (event.type === 'note') process.stderr.write(`${event.message}\n`);
      problems(event);
    };
    // Nothing is to be cleared up after an interrupted refresh: what was fetched is whole or absent.
    const { signal } = new AbortController();
    const load = (configuration: string | undefined): ResolvedImage =>
      loadReported({ workspace, image: name, configuration, report });
    const plain = load(undefined);
    const all = Object.keys(plain.definition.configurations);
    const images = [plain, ...(request.configuration === undefined ? [] : [load(request.configuration)])];
    const others = all.filter((configuration) => configuration !== request.configuration).map(load);
    const { image: _, ...common } = engineRequest(
      { workspace, image: name, configuration: undefined, report, signal },
      plain,
    );
    const refresh = { ...common, images, others, lockFile: lockFileOf(workspace, name) };
    const result = await refreshLock(refresh, request.check === true ? 'check' : 'write');
    process.stdout.write(request.json === true ? lockJson(name, result) : lockText(name, result, request));
    return request.check === true && result.changes.length > 0 ? 1 : 0;
  });
}

/** Writes what the lock of an image lacks. Fails with a BuildFailure. */
export async function fillLock(request: {
  readonly workspace: Workspace;
  readonly image: string;
  readonly configuration: string | undefined;
}): Promise<void> {
  const report: Report = (event) => {
    if (event.type === 'note') process.stderr.write(`${event.message}\n`);
  };
  const { signal } = new AbortController();
  const image = loadReported({ ...request, report });
  await completeLock(engineRequest({ ...request, report, signal }, image));
}

/** `{"image": …, "upToDate": …, "behindDays": …, "changes": […], "entries": […]}` on one line. */
function lockJson(image: string, { changes, lock }: RefreshedLock): string {
  const told = changes.map((change) => ({
    change: change.change,
    before: change.before ?? null,
    now: change.now ?? null,
    days: daysBetween(change) ?? null,
    commits: change.commits?.subjects ?? [],
  }));
  const result = { image, upToDate: changes.length === 0, behindDays: behindDays(changes), changes: told };
  return `${JSON.stringify({ ...result, entries: lock.entries })}\n`;
}

function lockText(image: string, { changes, lock }: RefreshedLock, { check }: LockImageRequest): string {
  const count = lock.entries.length;
  if (changes.length === 0)
    return `${image}: up to date with its ${count === 1 ? 'source' : `${count} sources`}\n`;
  const days = behindDays(changes);
  const isFirst = changes.length === count && changes.every(({ change }) => change === 'added');
  const [told, done] = isFirst ? ['not locked yet', 'locked'] : ['behind its sources', 'refreshed'];
  const verdict = check === true ? told : done;
  const span = days === null ? '' : check === true ? ` by ${inDays(days)}` : `, ${inDays(days)} further`;
  const lines = changes.map(
    (change) => `  ${explainLockChange(change, change.commits).replaceAll('\n', '\n  ')}`,
  );
  return `${image}: ${verdict}${span}\n${lines.join('\n')}\n`;
}

/** Of the change that leads furthest; null where none carries dates. */
function behindDays(changes: RefreshedLock['changes']): number | null {
  const days = changes.flatMap((change) => daysBetween(change) ?? []);
  return days.length === 0 ? null : Math.max(...days);
}
