import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runner } from '@kiln/engine/util/runner.ts';

/** Throw-away certificates for one machine, in PEM. Each authority signs for one side, as Octavia has it. */
export interface TestCertificates {
  /** Trusted by clients; signed the server's certificate. */
  readonly serverAuthority: string;
  /** Trusted by the server; signed the client's certificate. */
  readonly clientAuthority: string;
  /** The server's certificate and its private key in one text. */
  readonly server: string;
  readonly client: { readonly certificate: string; readonly key: string };
  /** A client that the server must refuse: signed by an authority that it does not know. */
  readonly stranger: { readonly certificate: string; readonly key: string };
  /** A server for users, with a name of its own: certificate and key in one text. Signed like the server's. */
  readonly listener: string;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;
const validity = ['-days', '2'] as const;

/** Makes the certificates with openssl in a private folder. Elliptic curves: they cost an emulated guest least. */
export async function makeTestCertificates(
  directory: string,
  names: { readonly server: string; readonly listener: string },
  run: Runner,
): Promise<TestCertificates> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const at = (name: string): string => join(directory, name);
  const authority = async (name: string): Promise<void> => {
    const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)];
    await run(['openssl', 'req', '-x509', ...newKey, ...validity, '-subj', `/CN=${name}`, ...files]);
  };
  const issue = async (name: string, signer: string, usage: string): Promise<void> => {
    const subject = name === 'listener' ? names.listener : names.server;
    const extensions = at(`${name}.cnf`);
    await writeFile(extensions, `extendedKeyUsage=${usage}\nsubjectAltName=DNS:${subject},IP:127.0.0.1\n`);
    const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.csr`)];
    await run(['openssl', 'req', ...newKey, '-subj', `/CN=${subject}`, ...files]);
    const by = ['-CA', at(`${signer}.pem`), '-CAkey', at(`${signer}.key`), '-set_serial', serial(name)];
    const result = ['-extfile', extensions, '-out', at(`${name}.pem`)];
    await run(['openssl', 'x509', '-req', ...validity, '-in', at(`${name}.csr`), ...by, ...result]);
  };
  await Promise.all(['server-ca', 'client-ca', 'stranger-ca'].map(authority));
  await Promise.all([
    issue('server', 'server-ca', 'serverAuth'),
    issue('client', 'client-ca', 'clientAuth'),
    issue('listener', 'server-ca', 'serverAuth'),
    issue('stranger', 'stranger-ca', 'clientAuth'),
  ]);
  const read = (name: string): Promise<string> => readFile(at(name), 'utf8');
  const pair = async (name: string) => ({
    certificate: await read(`${name}.pem`),
    key: await read(`${name}.key`),
  });
  const server = await pair('server');
  const listener = await pair('listener');
  return {
    serverAuthority: await read('server-ca.pem'),
    clientAuthority: await read('client-ca.pem'),
    server: `${server.certificate}${server.key}`,
    client: await pair('client'),
    stranger: await pair('stranger'),
    listener: `${listener.certificate}${listener.key}`,
  };
}

/** Serial numbers need only differ within an authority. */
function serial(name: string): string {
  return String(name.length);
}
