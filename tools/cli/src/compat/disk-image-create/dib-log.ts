import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { TerminalOutput } from '../../report/terminal-output.ts';
import type { DiskImageInvocation } from './disk-image-invocation.ts';

/** Takes the lines of a log, as diskimage-builder's output filter does. */
export interface DibLog {
  readonly line: (text: string) => void;
  readonly close: () => void;
}

/** Lines of bash's own bookkeeping when hooks switch tracing on and off. */
const bookkeeping = /set \+o|xtrace/;

/**
 * Opens the log of a build: each line goes to standard output with the time (UTC) before it, and is appended to the log
 * file, where the time always stands.
 */
export function openDibLog(
  { logFile, quiet, timestamps }: Pick<DiskImageInvocation, 'logFile' | 'quiet' | 'timestamps'>,
  io: { readonly stdout: TerminalOutput; readonly cwd: string; readonly now?: () => Date },
): DibLog {
  const file = logFile === undefined ? undefined : openForAppend(resolve(io.cwd, logFile));
  const now = io.now ?? (() => new Date());
  return {
    line: (text) => {
      if (bookkeeping.test(text)) return;
      const dated = `${timestamp(now())} | ${text}\n`;
      if (!quiet) io.stdout.write(timestamps ? dated : `${text}\n`);
      if (file !== undefined) writeSync(file, dated);
    },
    close: () => {
      if (file !== undefined) closeSync(file);
    },
  };
}

function openForAppend(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, 'a');
}

/** `2026-03-01 12:34:56.789`. */
function timestamp(date: Date): string {
  return date.toISOString().replace('T', ' ').replace('Z', '');
}
