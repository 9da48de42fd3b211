import { createHmac, timingSafeEqual } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { inflateSync } from 'node:zlib';

/** An amphora's status message (Octavia, health daemon; version 3). */
export interface Heartbeat {
  readonly id: string;
  readonly seq: number;
  readonly ver: number;
  /** State by listener. */
  readonly listeners: Readonly<Record<string, { readonly status?: string }>>;
  /** State by `<pool>:<listener>`, with the states of the members. */
  readonly pools: Readonly<
    Record<string, { readonly status?: string; readonly members?: Readonly<Record<string, string>> }>
  >;
}

const signatureBytes = 64;

/**
 * Opens an envelope: zlib-compressed JSON, then an HMAC-SHA256 of the compressed bytes as 64 hexadecimal digits.
 *
 * @returns the message, or why it is none.
 */
export function decodeHeartbeat(envelope: Buffer, key: string): Heartbeat | { readonly refused: string } {
  const payload = envelope.subarray(0, -signatureBytes);
  const signature = envelope.subarray(-signatureBytes);
  const expected = Buffer.from(createHmac('sha256', key).update(payload).digest('hex'));
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    return { refused: 'the signature does not fit the key' };
  }
  try {
    const message: unknown = JSON.parse(inflateSync(payload).toString('utf8'));
    if (typeof message !== 'object' || message === null || !('id' in message)) {
      return { refused: 'the message has no id' };
    }
    // Signed with the key of this test: its form is the agent's own.
    const { id, seq, ver, listeners, pools } = message as Partial<Heartbeat>;
    return {
      id: String(id),
      seq: Number(seq),
      ver: Number(ver),
      listeners: listeners ?? {},
      pools: pools ?? {},
    };
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

/** What a wait for a heartbeat came to: the last refusal where no valid one came, undefined where nothing came. */
export type HeartbeatArrival = Heartbeat | { readonly refused: string } | undefined;

/** Receives heartbeats on a port of 127.0.0.1, which a guest in QEMU's user network reaches as 10.0.2.2. */
export interface HeartbeatListener {
  readonly port: number;
  /** The first valid heartbeat, even if it came already; else what came last, after the time. */
  readonly first: (timeoutMs: number) => Promise<HeartbeatArrival>;
  /** The next heartbeat from now on that the question is true of; else the last, after the time. */
  readonly next: (
    question: (heartbeat: Heartbeat) => boolean,
    timeoutMs: number,
  ) => Promise<HeartbeatArrival>;
  /** Ends all waits, too. */
  readonly close: () => void;
}

/** Starts to listen at once, so that no heartbeat of a fast machine is lost. */
export async function listenForHeartbeats(key: string): Promise<HeartbeatListener> {
  const socket = createSocket('udp4');
  const watchers = new Set<(arrival: HeartbeatArrival) => void>();
  const waits = new Set<() => void>();
  let first: Heartbeat | undefined;
  let last: HeartbeatArrival;
  socket.on('message', (envelope) => {
    last = decodeHeartbeat(envelope, key);
    if (!('refused' in last)) first ??= last;
    for (const watcher of watchers) watcher(last);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', resolve);
  });
  const next: HeartbeatListener['next'] = (question, timeoutMs) =>
    new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        watchers.delete(look);
        waits.delete(finish);
        resolve(last);
      };
      const look = (arrival: HeartbeatArrival): void => {
        if (arrival !== undefined && !('refused' in arrival) && question(arrival)) finish();
      };
      const timer = setTimeout(finish, timeoutMs);
      watchers.add(look);
      waits.add(finish);
    });
  return {
    port: socket.address().port,
    first: async (timeoutMs) => first ?? next(() => true, timeoutMs),
    next,
    close: () => {
      socket.close();
      for (const finish of waits) finish();
    },
  };
}
