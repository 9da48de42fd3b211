import { type RequestOptions, request } from 'node:https';

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

/** A request to an agent; a GET of a path where no more is said. */
export interface AgentRequest {
  readonly path: string;
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** A text goes as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** Asks an agent on 127.0.0.1 over TLS, each time on a connection of its own. Never throws. */
export function askAgent(access: AgentAccess, { path, method, body }: AgentRequest): Promise<AgentAnswer> {
  const isText = typeof body === 'string';
  const content = isText ? body : JSON.stringify(body);
  const headers = {
    'content-type': isText ? 'application/octet-stream' : 'application/json',
    'content-length': Buffer.byteLength(content ?? ''),
  };
  const options: RequestOptions = {
    host: '127.0.0.1',
    port: access.port,
    path,
    method: method ?? 'GET',
    servername: access.serverName,
    ca: access.authority,
    ...(access.client === undefined ? {} : { cert: access.client.certificate, key: access.client.key }),
    ...(content === undefined ? {} : { headers }),
    agent: false,
    timeout: access.timeoutMs,
  };
  return new Promise((resolve) => {
    const refuse = (error: Error): void => resolve({ refused: error.message });
    const asking = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', refuse);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    asking.on('error', refuse);
    asking.on('timeout', () => asking.destroy(new Error('timed out')));
    asking.end(content);
  });
}

/** The fields of an answer in JSON; none where it is no object. */
export function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** An answer in a line or two, for people. */
export function describeAnswer(answer: AgentAnswer): string {
  return 'refused' in answer ? answer.refused : `status ${answer.status}: ${answer.body.slice(0, 600)}`;
}
