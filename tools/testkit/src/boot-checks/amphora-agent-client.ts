import { request } from 'node:https';

/** What an amphora's agent answered, or why it did not. */
export type AgentAnswer = { readonly status: number; readonly body: string } | { readonly refused: string };

/** How to reach an agent: the authority that its certificate must come from, and the certificate to show. */
export interface AgentAccess {
  readonly port: number;
  readonly authority: string;
  readonly serverName: string;
  readonly client: { readonly certificate: string; readonly key: string } | undefined;
  readonly timeoutMs: number;
}

/** Asks an agent on 127.0.0.1 over TLS, each time on a connection of its own. Never throws. */
export function askAgent(access: AgentAccess, path: string): Promise<AgentAnswer> {
  return new Promise((resolve) => {
    const refuse = (error: Error): void => resolve({ refused: error.message });
    const asking = request(
      {
        host: '127.0.0.1',
        port: access.port,
        path,
        servername: access.serverName,
        ca: access.authority,
        ...(access.client === undefined ? {} : { cert: access.client.certificate, key: access.client.key }),
        agent: false,
        timeout: access.timeoutMs,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', refuse);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    asking.on('error', refuse);
    asking.on('timeout', () => asking.destroy(new Error('timed out')));
    asking.end();
  });
}
