import { createWriteStream, type WriteStream } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { stripVTControlCharacters } from 'node:util';

/** Why a wait for text ended without it. */
export type WaitFailure = 'timed out' | 'the machine ended' | 'cancelled';

/** A serial port of a machine: all that it said, and a way to answer. */
export interface SerialPort {
  readonly socketPath: string;
  readonly logFile: string;
  /** Everything received so far, without carriage returns and terminal sequences. */
  readonly text: () => string;
  /**
   * Waits until the text from `from` on matches; a match that is there already counts. An expression may match no
   * more than a line and its end: lines that were searched once are not searched again.
   *
   * @returns the match and where it ends, or why it never came.
   */
  readonly waitFor: (
    expression: RegExp,
    options: {
      readonly timeoutMs: number;
      readonly from?: number;
      readonly signal?: AbortSignal | undefined;
    },
  ) => Promise<SerialMatch | { readonly failure: WaitFailure }>;
  readonly write: (text: string) => void;
  /** Tells those who wait that nothing more will come. */
  readonly end: () => Promise<void>;
}

export interface SerialMatch {
  readonly match: RegExpExecArray;
  readonly endsAt: number;
}

/**
 * Listens on a Unix socket for QEMU to connect a serial port to; QEMU connects when it starts, so no byte is lost and
 * nothing must be polled. The log gets the bytes as they came.
 *
 * @param onLine called for each whole line, cleaned of terminal sequences.
 */
export async function openSerialPort(
  files: { readonly socketPath: string; readonly logFile: string },
  onLine: (line: string) => void = () => {},
): Promise<SerialPort> {
  const log = createWriteStream(files.logFile);
  const state = { raw: '', clean: '', lineStart: 0, ended: false };
  const watchers = new Set<() => void>();
  let socket: Socket | undefined;
  const wake = (): void => {
    for (const watcher of watchers) watcher();
  };
  const receive = (chunk: string): void => {
    state.raw += chunk;
    const cut = state.raw.length - pendingSequence(state.raw);
    state.clean += stripVTControlCharacters(state.raw.slice(0, cut)).replaceAll('\r', '');
    state.raw = state.raw.slice(cut);
    for (
      let end = state.clean.indexOf('\n', state.lineStart);
      end !== -1;
      end = state.clean.indexOf('\n', state.lineStart)
    ) {
      onLine(state.clean.slice(state.lineStart, end));
      state.lineStart = end + 1;
    }
    wake();
  };
  const server = createServer((connection) => {
    socket = connection;
    connection.on('data', (chunk: Buffer) => {
      log.write(chunk);
      receive(chunk.toString('latin1'));
    });
    connection.on('error', () => {});
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(files.socketPath, resolve);
  });
  return {
    ...files,
    text: () => state.clean,
    waitFor: (expression, options) => waitForMatch({ expression, ...options, state, watchers }),
    write: (text) => void socket?.write(text),
    end: async () => {
      state.ended = true;
      wake();
      socket?.destroy();
      await closeAll(server, log);
    },
  };
}

/** Length of an escape sequence at the end of the text that may not be whole yet. */
function pendingSequence(text: string): number {
  const escape = text.lastIndexOf('\u001b');
  const tail = escape === -1 ? '' : text.slice(escape);
  const isWhole = stripVTControlCharacters(tail) !== tail;
  return isWhole || tail.length > 32 ? 0 : tail.length;
}

async function closeAll(server: Server, log: WriteStream): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  await new Promise<void>((resolve) => {
    log.end(resolve);
  });
}

interface Wait {
  readonly expression: RegExp;
  readonly timeoutMs: number;
  readonly from?: number;
  readonly signal?: AbortSignal | undefined;
  readonly state: { readonly clean: string; readonly ended: boolean };
  readonly watchers: Set<() => void>;
}

function waitForMatch(wait: Wait): Promise<SerialMatch | { readonly failure: WaitFailure }> {
  const { state, watchers, signal } = wait;
  let from = wait.from ?? 0;
  const flags = wait.expression.flags.replaceAll(/[gy]/gu, '');
  const expression = new RegExp(wait.expression.source, flags);
  return new Promise((resolve) => {
    const finish = (result: SerialMatch | { readonly failure: WaitFailure }): void => {
      watchers.delete(look);
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      resolve(result);
    };
    const look = (): void => {
      const match = expression.exec(state.clean.slice(from));
      if (match !== null) finish({ match, endsAt: from + match.index + match[0].length });
      else if (state.ended) finish({ failure: 'the machine ended' });
      else from = Math.max(from, state.clean.lastIndexOf('\n') + 1);
    };
    const cancel = (): void => finish({ failure: 'cancelled' });
    const timer = setTimeout(() => finish({ failure: 'timed out' }), wait.timeoutMs);
    watchers.add(look);
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    else look();
  });
}
