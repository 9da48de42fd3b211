import { createServer, type Server } from 'node:http';

/** A web server on 127.0.0.1 that answers with its name. */
export interface BalancedMember {
  readonly name: string;
  readonly port: number;
  /** Ends it, and all its connections. */
  readonly stop: () => Promise<void>;
}

/** Starts a member of a load balancer's pool on a free port of 127.0.0.1. */
export async function startMember(name: string): Promise<BalancedMember> {
  const server = createServer((_, response) => {
    response.end(name);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  return { name, port: address.port, stop: () => stop(server) };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
