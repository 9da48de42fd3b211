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
 * @returns the process, or the reason why it ended before it said anything.
 */
export async function startProcess(
  file: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<HeldProcess | { readonly refused: string }> {
  const child = execa(file, [...args], {
    cwd: '/',
    env: plainEnvironment,
    extendEnv: false,
    reject: false,
    buffer: false,
    stdin: 'pipe',
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  child.stdin?.on('error', () => {});
  const complaints: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const ended = child.then(() => {});
  const greeting = await firstLine(child.stdout);
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
