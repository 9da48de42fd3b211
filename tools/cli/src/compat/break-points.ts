import type { BreakPlace, BreakPoints } from '@kiln/engine/execute/shell/break-points.ts';
import { breakPointNames } from '@kiln/engine/plan/break-point-names.ts';

/** Where and how a build is to stop, as a user says it. */
export interface BreakSettings {
  readonly names: readonly string[];
  /** Shell text to run instead of a shell (`break_cmd`). */
  readonly command: string | undefined;
  /** `break_outside_target`: after an error the shell is on the host, wherever the hook was. */
  readonly outsideTarget: boolean;
}

/** What a build needs of the terminal. */
export interface BreakTerminal {
  /** Gets the lines that diskimage-builder prints around a shell. */
  readonly say: (line: string) => void;
  /** TERM. */
  readonly type: string | undefined;
}

/** Reads diskimage-builder's variables `break` (names with commas between), `break_cmd` and `break_outside_target`. */
export function readBreakSettings(
  environment: Readonly<Record<string, string | undefined>>,
): BreakSettings | undefined {
  const names = parseBreakNames(environment['break'] ?? '');
  if (names.length === 0) return undefined;
  return { names, ...readBreakCommand(environment) };
}

/** The same variables but for the names, which `kiln build` has as an option. */
export function readBreakCommand(
  environment: Readonly<Record<string, string | undefined>>,
): Omit<BreakSettings, 'names'> {
  const command = environment['break_cmd'];
  return {
    command: command === undefined || command === '' ? undefined : command,
    outsideTarget: (environment['break_outside_target'] ?? '') !== '',
  };
}

/** `after-root,before-install` to names. */
export function parseBreakNames(text: string): readonly string[] {
  return [...new Set(text.split(',').map((name) => name.trim()))].filter((name) => name !== '');
}

/** Names at which no build stops: slips, and what older versions of diskimage-builder had. */
export function unknownBreakNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => !breakPointNames.includes(name));
}

/** Break points that run a shell, or the given command, with the terminal of this process. */
export function terminalBreakPoints(settings: BreakSettings, terminal: BreakTerminal): BreakPoints {
  return {
    names: settings.names,
    terminal: terminal.type,
    ...(settings.outsideTarget ? { afterError: 'host' } : {}),
    open: async ({ name, entry }: BreakPlace) => {
      terminal.say('Starting debug shell. Exit to resume building.');
      terminal.say(`At stage ${name}`);
      const [program, ...args] = entry;
      const { runInTerminal } = await import('@kiln/engine/util/run-in-terminal.ts');
      await withoutInterrupts(() => runInTerminal(program, [...args, ...shellWords(settings.command)]));
      terminal.say('Resuming');
    },
  };
}

/** In a shell an interrupt is for what runs there, and not for the build. */
async function withoutInterrupts(body: () => Promise<unknown>): Promise<void> {
  const listeners = process.listeners('SIGINT');
  process.removeAllListeners('SIGINT').on('SIGINT', ignore);
  try {
    await body();
  } finally {
    process.off('SIGINT', ignore);
    for (const listener of listeners) process.on('SIGINT', listener);
  }
}

function ignore(): void {}

function shellWords(command: string | undefined): readonly string[] {
  return command === undefined ? ['/bin/bash', '--norc'] : ['/bin/bash', '--norc', '-c', command];
}
