import { createHmac, timingSafeEqual } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { inflateSync } from 'node:zlib';

/** The head of an amphora's status message (Octavia, health daemon). */
export interface Heartbeat {
  readonly id: string;
  readonly seq: number;
  readonly ver: number;
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
    if (typeof message === 'object' && message !== null && 'id' in message) {
      const { id, seq, ver } = message as {
        readonly id: unknown;
        readonly seq?: unknown;
        readonly ver?: unknown;
      };
      return { id: String(id), seq: Number(seq), ver: Number(ver) };
    }
    return { refused: 'the message has no id' };
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

/** Receives heartbeats on a port of 127.0.0.1, which a guest in QEMU's user network reaches as 10.0.2.2. */
export interface HeartbeatListener {
  readonly port: number;
  /** The first heartbeat that is valid; else the last refusal, or undefined where nothing came, after the time. */
  readonly first: (timeoutMs: number) => Promise<Heartbeat | { readonly refused: string } | undefined>;
  readonly close: () => void;
}

/** Starts to listen at once, so that no heartbeat of a fast machine is lost. */
export async function listenForHeartbeats(key: string): Promise<HeartbeatListener> {
  const socket = createSocket('udp4');
  let last: Heartbeat | { readonly refused: string } | undefined;
  let wake = (): void => {};
  socket.on('message', (envelope) => {
    if (last !== undefined && !('refused' in last)) return;
    last = decodeHeartbeat(envelope, key);
    if (!('refused' in last)) wake();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', resolve);
  });
  return {
    port: socket.address().port,
    first: (timeoutMs) =>
      new Promise((resolve) => {
        if (last !== undefined && !('refused' in last)) return resolve(last);
        const timer = setTimeout(() => resolve(last), timeoutMs);
        wake = () => {
          clearTimeout(timer);
          resolve(last);
        };
      }),
    close: () => void socket.close(),
  };
}
