import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  askAgent,
  type AgentAnswer,
  type AgentRequest,
} from '../../tools/testkit/src/boot-checks/amphora-agent-client.ts';
import { createHostRunner } from '../../tools/testkit/src/host/host-runner.ts';
import {
  makeTestCertificates,
  type TestCertificates,
} from '../../tools/testkit/src/qemu/test-certificates.ts';
import { testOn, tools } from '../host-needs.ts';

const needs = [tools('openssl')];
const serverName = 'amphora.test';

let directory = '';
let certificates: TestCertificates;
let server: Server;

/** A server with the certificates of an agent, which demands a client certificate as an agent does. */
beforeAll(async () => {
  if (needs.some((need) => need.lack() !== undefined)) return;
  directory = await mkdtemp(join(tmpdir(), 'kiln-agent-'));
  certificates = await makeTestCertificates(
    directory,
    { server: serverName, listener: 'balanced.test' },
    createHostRunner(),
  );
  const { server: pem, clientAuthority: ca } = certificates;
  const options = { cert: pem, key: pem, ca, requestCert: true, rejectUnauthorized: true };
  server = createServer(options, async (request, response) => {
    if (request.method === 'GET') return response.end(`{"asked":"${request.url}"}`);
    const type = request.headers['content-type'];
    return response.end(`${request.method} ${type} ${(await request.toArray()).join('')}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server?.close();
  await rm(directory, { recursive: true, force: true });
});

type Client = TestCertificates['client'] | undefined;

const ask = (
  client: Client,
  changes: { readonly authority?: string; readonly serverName?: string } = {},
  request: AgentRequest = { path: '/1.0/info' },
): Promise<AgentAnswer> => {
  const { port } = server.address() as AddressInfo;
  const access = { port, authority: certificates.serverAuthority, serverName, client, timeoutMs: 10_000 };
  return askAgent({ ...access, ...changes }, request);
};

describe('askAgent with test certificates', () => {
  testOn(needs, 'is answered with the certificate of the right authority', async () => {
    expect(await ask(certificates.client)).toEqual({ status: 200, body: '{"asked":"/1.0/info"}' });
  });

  testOn(needs, 'sends a text as it is, anything else as JSON', async () => {
    const put = { path: '/', method: 'PUT', body: 'global\n' } as const;
    expect(await ask(certificates.client, {}, put)).toMatchObject({
      body: 'PUT application/octet-stream global\n',
    });
    const post = { path: '/', method: 'POST', body: { mtu: 1500 } } as const;
    expect(await ask(certificates.client, {}, post)).toMatchObject({
      body: 'POST application/json {"mtu":1500}',
    });
  });

  testOn(needs, 'is refused without a certificate, and with that of a stranger', async () => {
    expect(await ask(undefined)).toHaveProperty('refused');
    expect(await ask(certificates.stranger)).toHaveProperty('refused');
  });

  testOn(needs, 'refuses a server of another authority, or of another name', async () => {
    expect(await ask(certificates.client, { authority: certificates.clientAuthority })).toHaveProperty(
      'refused',
    );
    expect(await ask(certificates.client, { serverName: 'other.test' })).toHaveProperty('refused');
  });
});
