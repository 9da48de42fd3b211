import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { plainEnvironment } from './run-command.ts';

/** A process that lives until its standard input is closed: when Kiln dies, however, the kernel closes it. */
export interface HeldProcess {
  /** First line that the process printed. */
  readonly greeting: string;
  /** Closes its standard input and waits for it to end. */
  readonly release: () => Promise<void>;
  /** Settles when the process ends, by itself or through `release`. */
  readonly ended: Promise<void>;
}

/**
 * Starts a process and waits for its first line of output.
 *
 * @param signal ends the waiting. A process that was had by then lives on until it is released: what it holds is still needed to
 *   clear up.
 * @returns the process, or the reason why it ended before it said anything.
 */
export async function startProcess(
  file: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<HeldProcess | { readonly refused: string }> {
  const child = spawn(file, args, { cwd: '/', env: plainEnvironment, stdio: 'pipe' });
  let reason: string | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      reason = `could not start: ${error.message}`;
      resolve();
    });
    child.once('close', (status, killedBy) => {
      reason ??= killedBy === null ? `exit status ${status}` : `killed by ${killedBy}`;
      resolve();
    });
  });
  const giveUp = (): void => void child.kill();
  if (signal?.aborted === true) giveUp();
  signal?.addEventListener('abort', giveUp, { once: true });
  // Who reads it may be gone.
  child.stdin.on('error', () => {});
  const complaints: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const greeting = await firstLine(child.stdout);
  signal?.removeEventListener('abort', giveUp);
  if (greeting !== undefined) {
    return {
      greeting,
      ended,
      release: async () => {
        child.stdin.end();
        await ended;
      },
    };
  }
  await ended;
  return { refused: complaints.join('').trim() || (reason ?? '') };
}

async function firstLine(stream: Readable): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    stream.on('close', () => resolve(undefined));
  });
}
