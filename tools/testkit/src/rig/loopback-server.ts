import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server answers: bytes, or a status. */
export type Answer = string | Buffer | number;

/** A web server on this machine that stands for one of the outside world. */
export interface LoopbackServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** What is served by path; may be changed at any time. A list is answered one by one, its last for good. */
  readonly content: Map<string, Answer | readonly Answer[]>;
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
  readonly close: () => Promise<void>;
}

/** Starts a server on a free port of the loopback interface. */
export async function startLoopbackServer(): Promise<LoopbackServer> {
  const content: LoopbackServer['content'] = new Map();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURI(request.url ?? '');
    requests.push(path);
    const found = content.get(path) ?? 404;
    const [first = 404, ...rest] = Array.isArray(found) ? (found as readonly Answer[]) : [found as Answer];
    if (rest.length > 0) content.set(path, rest);
    if (typeof first === 'number') response.writeHead(first).end();
    else response.writeHead(200, { 'content-length': Buffer.byteLength(first) }).end(first);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    content,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
