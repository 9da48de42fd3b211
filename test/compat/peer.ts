import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostNeed } from '../host-needs.ts';
import { runCommand } from '@kiln/engine/util/run-command.ts';

/** Elements of the host's diskimage-builder: Debian's package python3-diskimage-builder. */
export const upstreamElements = '/usr/lib/python3/dist-packages/diskimage_builder/elements';

const upstreamCommands = '/usr/bin';
const kilnCommands = join(import.meta.dirname, '..', '..', 'tools', 'cli', 'bin');

/** diskimage-builder itself. */
export const peer: HostNeed = {
  lack: () =>
    existsSync(join(upstreamCommands, 'disk-image-create')) && existsSync(upstreamElements)
      ? undefined
      : 'python3-diskimage-builder',
};

/** One invocation of one of the two, and where it ran. */
export interface CompatRun {
  readonly exitCode: number | undefined;
  /** Both streams in order of arrival. */
  readonly log: string;
  readonly durationMs: number;
}

/** What both are to do. */
export interface CompatTask {
  readonly command?: string;
  readonly args: readonly string[];
  /** Working directory: outputs go there. */
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Ended after this long. */
  readonly timeoutMs?: number;
  /** Called for each line as it comes. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs the real diskimage-builder. Where the host lacks device-mapper or partition scanning, the programs in `shims` stand in for
 * those that need it.
 */
export function runPeer(task: CompatTask): Promise<CompatRun> {
  const command = join(upstreamCommands, task.command ?? 'disk-image-create');
  const path = `${join(import.meta.dirname, 'shims')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  return run(command, task, {
    PATH: path,
    DIB_IMAGE_CACHE: join(task.directory, '..', 'peer-cache'),
    ...(task.environment?.['ELEMENTS_PATH'] === undefined ? {} : { ELEMENTS_PATH: elementPath(task) }),
  });
}

/** diskimage-builder's own elements stand behind those that a task brings. */
function elementPath({ environment }: CompatTask): string {
  return [environment?.['ELEMENTS_PATH'], upstreamElements].filter(Boolean).join(':');
}

/** Runs Kiln's command of the same name with upstream's elements and the store of this test. */
export function runKiln(task: CompatTask & { readonly store: string }): Promise<CompatRun> {
  const command = join(kilnCommands, `${task.command ?? 'disk-image-create'}.js`);
  return run(
    process.execPath,
    { ...task, args: [command, ...task.args] },
    {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      KILN_STORE: task.store,
      ELEMENTS_PATH: elementPath(task),
    },
  );
}

/** Keeps the log of a build beside its image, and fails where the build did; nobody reads thousands of lines in a test's report. */
export function keepLog(who: string, { exitCode, log }: CompatRun, directory: string): void {
  writeFileSync(join(directory, 'log'), log);
  if (exitCode === 0 && /Build completed successfully/.test(log)) return;
  throw new Error(`${who} ended with ${exitCode}:\n${log.split('\n').slice(-40).join('\n')}`);
}

async function run(
  file: string,
  { args, directory, environment, timeoutMs, onLine }: CompatTask,
  own: Readonly<Record<string, string>>,
): Promise<CompatRun> {
  const lines: string[] = [];
  const env = { HOME: '/root', USER: 'root', LC_ALL: 'C.UTF-8', ...environment, ...own };
  const listen = (line: string): void => {
    lines.push(line);
    onLine?.(line);
  };
  const result = await runCommand({ file, args, cwd: directory, env, timeoutMs, onLine: listen });
  return { exitCode: result.exitCode, log: lines.join('\n'), durationMs: result.durationMs };
}

/** What makes both build Debian from the mirror that the host's own apt uses, and from nothing else. */
export async function debianEnvironment(release = 'bookworm'): Promise<Readonly<Record<string, string>>> {
  const format = '$(REPO_URI)';
  const asked = await runCommand({
    file: 'apt-get',
    args: ['indextargets', '--format', format, 'Created-By: Packages', `Codename: ${release}`],
  });
  const mirror = (asked.stdout.split('\n')[0] ?? '').replace(/\/+$/, '');
  if (mirror === '') throw new Error(`the host's apt has no source for ${release}: ${asked.stderr}`);
  return {
    DIB_RELEASE: release,
    DIB_DISTRIBUTION_MIRROR: mirror,
    DIB_APT_SOURCES_CONF: `default:deb ${mirror} ${release} main`,
  };
}
