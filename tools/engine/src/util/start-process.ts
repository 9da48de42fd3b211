import { execa } from 'execa';
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
  const waiting = new AbortController();
  const giveUp = (): void => waiting.abort(signal?.reason);
  if (signal?.aborted === true) giveUp();
  signal?.addEventListener('abort', giveUp, { once: true });
  const child = execa(file, [...args], {
    cwd: '/',
    env: plainEnvironment,
    extendEnv: false,
    reject: false,
    buffer: false,
    stdin: 'pipe',
    cancelSignal: waiting.signal,
  });
  child.stdin?.on('error', () => {});
  const complaints: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const ended = child.then(() => {});
  const greeting = await firstLine(child.stdout);
  signal?.removeEventListener('abort', giveUp);
  if (greeting !== undefined) {
    return {
      greeting,
      ended,
      release: async () => {
        child.stdin?.end();
        await ended;
      },
    };
  }
  const result = await child;
  return {
    refused: complaints.join('').trim() || result.originalMessage || `exit status ${result.exitCode}`,
  };
}

async function firstLine(stream: Readable | null): Promise<string | undefined> {
  if (stream === null) return undefined;
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
