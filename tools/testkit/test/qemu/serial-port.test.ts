import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSerialPort, type SerialPort } from '../../src/qemu/serial-port.ts';

/** A serial port, with the test in the place of QEMU. */
async function openPort(): Promise<{ port: SerialPort; guest: Socket; lines: string[]; logFile: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'kiln-test-'));
  const lines: string[] = [];
  const logFile = join(directory, 'console.log');
  const port = await openSerialPort({ socketPath: join(directory, 's'), logFile }, (line) =>
    lines.push(line),
  );
  const guest = connect(port.socketPath);
  guest.on('error', () => {});
  await once(guest, 'connect');
  onTestFinished(async () => {
    guest.destroy();
    await port.end();
    await rm(directory, { recursive: true });
  });
  return { port, guest, lines, logFile };
}

const prompt = /^[\w.-]+ login: ?/mu;

describe('a serial port', () => {
  it('finds a prompt that has no end of line', async () => {
    const { port, guest, lines } = await openPort();
    const waiting = port.waitFor(prompt, { timeoutMs: 5000 });
    guest.write('Debian GNU/Linux 12 amphora ttyS0\r\n\r\namph');
    guest.write('ora login: ');
    const found = await waiting;
    expect('failure' in found ? found.failure : found.match[0]).toBe('amphora login: ');
    expect(lines).toEqual(['Debian GNU/Linux 12 amphora ttyS0', '']);
  });

  it('finds what is there already, but only once it goes on from there', async () => {
    const { port, guest } = await openPort();
    guest.write('one # two # ');
    const first = await port.waitFor(/# /u, { timeoutMs: 5000 });
    if ('failure' in first) throw new Error(first.failure);
    const second = await port.waitFor(/# /u, { timeoutMs: 5000, from: first.endsAt });
    if ('failure' in second) throw new Error(second.failure);
    expect(second.endsAt).toBeGreaterThan(first.endsAt);
    expect(await port.waitFor(/# /u, { timeoutMs: 1, from: second.endsAt })).toEqual({
      failure: 'timed out',
    });
  });

  it('leaves out colours, even where they arrive in pieces', async () => {
    const { port, guest, logFile } = await openPort();
    guest.write('[\u001b[0;1;31mFAI');
    guest.write('LED\u001b[');
    guest.write('0m] Failed to start x.\r\n');
    await port.waitFor(/start x\.\n/u, { timeoutMs: 5000 });
    expect(port.text()).toBe('[FAILED] Failed to start x.\n');
    await port.end();
    expect(await readFile(logFile, 'latin1')).toContain('\u001b[0;1;31m');
  });

  it('sends what is written', async () => {
    const { port, guest } = await openPort();
    guest.write('login: ');
    await port.waitFor(/login: /u, { timeoutMs: 5000 });
    const received = once(guest, 'data');
    port.write('root\n');
    expect(String((await received)[0])).toBe('root\n');
  });

  it('tells those who wait when the machine ends, or the wait is cancelled', async () => {
    const { port } = await openPort();
    const controller = new AbortController();
    const cancelled = port.waitFor(/x/u, { timeoutMs: 60_000, signal: controller.signal });
    controller.abort();
    expect(await cancelled).toEqual({ failure: 'cancelled' });
    const waiting = port.waitFor(/x/u, { timeoutMs: 60_000 });
    await port.end();
    expect(await waiting).toEqual({ failure: 'the machine ended' });
    expect(await port.waitFor(/x/u, { timeoutMs: 60_000 })).toEqual({ failure: 'the machine ended' });
  });
});
