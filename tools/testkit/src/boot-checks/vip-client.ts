import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';

/** A listener of a load balancer, as its users reach it on 127.0.0.1. */
export interface VipAccess {
  readonly port: number;
  /** Undefined: without TLS. */
  readonly tls: { readonly authority: string; readonly serverName: string } | undefined;
}

/** What came through a load balancer, or why nothing did. */
export type VipAnswer =
  | { readonly status: number; readonly body: string; readonly protocol: string | undefined }
  | { readonly refused: string };

const timeoutMs = 20_000;

/** Asks for `/` on a connection of its own. Never throws. */
export function askVip(access: VipAccess): Promise<VipAnswer> {
  const common = {
    host: '127.0.0.1',
    port: access.port,
    path: '/',
    agent: false,
    timeout: timeoutMs,
  } as const;
  return new Promise((resolve) => {
    const refuse = (error: Error): void => resolve({ refused: error.message });
    const asking =
      access.tls === undefined
        ? requestPlain(common)
        : requestSecure({ ...common, ca: access.tls.authority, servername: access.tls.serverName });
    asking.on('response', (response) => {
      const { socket } = response;
      const protocol =
        'getProtocol' in socket ? String((socket as { getProtocol(): unknown }).getProtocol()) : undefined;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', refuse);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8'), protocol }),
      );
    });
    asking.on('error', refuse);
    asking.on('timeout', () => asking.destroy(new Error('timed out')));
    asking.end();
  });
}

/** Asks several times, one after the other. */
export async function askVipTimes(access: VipAccess, count: number): Promise<readonly VipAnswer[]> {
  const answers: VipAnswer[] = [];
  for (let asked = 0; asked < count; asked += 1) answers.push(await askVip(access));
  return answers;
}
