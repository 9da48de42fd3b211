import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { deflateSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeHeartbeat, listenForHeartbeats } from '../../src/boot-checks/amphora-heartbeat.ts';

function envelope(message: unknown, key: string): Buffer {
  const payload = deflateSync(JSON.stringify(message));
  return Buffer.concat([payload, Buffer.from(createHmac('sha256', key).update(payload).digest('hex'))]);
}

const message = { id: 'amphora-1', seq: 3, ver: 3, listeners: {}, pools: {} };

describe('decodeHeartbeat', () => {
  it('opens an envelope', () => {
    expect(decodeHeartbeat(envelope(message, 'key'), 'key')).toEqual(message);
  });

  it.each([
    ['another key', envelope(message, 'other')],
    ['a changed payload', Buffer.concat([Buffer.from('x'), envelope(message, 'key')])],
    ['a scrap', Buffer.from('short')],
    ['nothing', Buffer.alloc(0)],
  ])('refuses %s', (_, bytes) => {
    expect(decodeHeartbeat(bytes, 'key')).toMatchObject({ refused: expect.stringContaining('signature') });
  });

  it('refuses a signed message that is none', () => {
    expect(decodeHeartbeat(envelope('text', 'key'), 'key')).toEqual({ refused: 'the message has no id' });
  });
});

describe('listenForHeartbeats', () => {
  it('waits for the first that is valid', async () => {
    const listener = await listenForHeartbeats('key');
    const sender = createSocket('udp4');
    onTestFinished(() => {
      listener.close();
      sender.close();
    });
    const first = listener.first(5000);
    sender.send(envelope(message, 'wrong'), listener.port, '127.0.0.1');
    sender.send(envelope(message, 'key'), listener.port, '127.0.0.1');
    expect(await first).toMatchObject({ id: 'amphora-1' });
    expect(await listener.first(0)).toMatchObject({ id: 'amphora-1' });
  });

  it('keeps nobody waiting once it is closed', async () => {
    const listener = await listenForHeartbeats('key');
    const waits = [listener.first(600_000), listener.next(() => true, 600_000)];
    listener.close();
    expect(await Promise.all(waits)).toEqual([undefined, undefined]);
  });

  it('waits for the next that says what is asked', async () => {
    const listener = await listenForHeartbeats('key');
    const sender = createSocket('udp4');
    onTestFinished(() => {
      listener.close();
      sender.close();
    });
    const next = listener.next(({ seq }) => seq === 5, 5000);
    for (const seq of [4, 5]) sender.send(envelope({ ...message, seq }, 'key'), listener.port, '127.0.0.1');
    expect(await next).toMatchObject({ seq: 5 });
    expect(await listener.next(({ seq }) => seq === 6, 1)).toMatchObject({ seq: 5 });
  });

  it('says that nothing came', async () => {
    const listener = await listenForHeartbeats('key');
    onTestFinished(() => listener.close());
    expect(await listener.first(1)).toBeUndefined();
  });
});
