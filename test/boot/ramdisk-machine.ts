import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { type Machine, startMachine, type StartMachineRequest } from '@kiln/testkit/qemu/start-machine.ts';

const timeoutMs = 180_000;

/** A busy host may let TCG miss the ticks by which the kernel checks its timer. */
const usualWords = 'console=ttyS0 panic=1 no_timer_check';

/** A kernel and its ramdisk, and the words of the kernel command line. */
export interface RamdiskPair {
  readonly kernel: string;
  readonly ramdisk: string;
  readonly words: string;
}

/** Starts a pair in QEMU, with a network card and what disks and ports `more` has. */
export async function bootPair(
  directory: string,
  pair: RamdiskPair,
  more: Partial<StartMachineRequest> = {},
): Promise<Machine> {
  return startMachine({
    disks: [],
    memoryMebibytes: 1024,
    firmware: 'bios',
    logDirectory: directory,
    kernel: { file: pair.kernel, initrd: pair.ramdisk, commandLine: `${usualWords} ${pair.words}` },
    ...more,
  });
}

/** Waits for a text on the console; what was said until then is the message if it never comes. @returns where it ends. */
export async function said(machine: Machine, expression: RegExp, from = 0): Promise<number> {
  const found = await machine.console.waitFor(expression, { timeoutMs, from });
  if ('failure' in found) throw new Error(`${expression}: ${found.failure}\n${machine.console.text()}`);
  return found.endsAt;
}

/** Connects until a text is on the console: the ramdisk may not listen yet. It closes first, and then this side does. */
export async function notify(port: number, machine: Machine, until: RegExp): Promise<number> {
  let hasEnded = false;
  const knock = (): void => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => hasEnded || setImmediate(knock));
    socket.resume();
  };
  knock();
  try {
    return await said(machine, until);
  } finally {
    hasEnded = true;
  }
}

/** What a ramdisk posts to its boot server. */
export interface BootServer {
  readonly port: number;
  /** Settles with the first form that is posted to the path. */
  readonly posted: (path: string) => Promise<URLSearchParams>;
  readonly close: () => void;
}

/** Stands for the boot server, on the loopback interface, which guests reach as 10.0.2.2. */
export async function startBootServer(): Promise<BootServer> {
  const forms = new Map<string, URLSearchParams>();
  const server: Server = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      response.end();
      forms.set(incoming.url ?? '', new URLSearchParams(body));
      server.emit('form');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    posted: async (path) => {
      for (;;) {
        const form = forms.get(path);
        if (form !== undefined) return form;
        await once(server, 'form');
      }
    },
    close: () => void server.close(),
  };
}
