import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { findFreePort } from '../qemu/find-free-port.ts';
import { makeTestCertificates, type TestCertificates } from '../qemu/test-certificates.ts';
import { failed, pass, skip, type CheckResult, type Outcome } from '../verify/check.ts';
import { askAgent, type AgentAnswer } from './amphora-agent-client.ts';
import { amphoraFiles, certificateDirectory } from './amphora-files.ts';
import { listenForHeartbeats, type HeartbeatListener } from './amphora-heartbeat.ts';
import type { BootedGuest, BootProfile, PreparedProfile } from './boot-profile.ts';
import { named, parseMounts } from './guest-checks.ts';
import type { GuestReport } from './guest-report.ts';
import type { ImageFacts } from './image-facts.ts';

const agentPort = 9443;
const serverName = 'amphora.test';
const agentTimeoutMs = 300_000;
const heartbeatTimeoutMs = 60_000;

/** An Octavia amphora as its controller would start it; its agent must answer over mutual TLS and send heartbeats. */
export const amphoraProfile: BootProfile = {
  name: 'amphora',
  prepare: async ({ facts, directory, run }) => {
    const identity = { amphoraId: randomUUID(), heartbeatKey: randomBytes(16).toString('hex') };
    const certificates = await makeTestCertificates(join(directory, 'certificates'), serverName, run);
    const heartbeats = await listenForHeartbeats(identity.heartbeatKey);
    const hostPort = await findFreePort();
    const amphora: Amphora = {
      port: hostPort,
      certificates,
      heartbeats,
      facts,
      amphoraId: identity.amphoraId,
    };
    return {
      files: amphoraFiles({ ...identity, controller: `10.0.2.2:${heartbeats.port}` }, certificates),
      commands: [['systemctl', 'restart', 'rsyslog']],
      forwards: [{ hostPort, guestPort: agentPort }],
      sections: {
        listeners: 'ss --tcp --listening --numeric --no-header',
        addresses: 'ip -brief address',
        agent:
          'journalctl --no-pager -b -u octavia-agent -u amphora-agent -n 20 -o cat; tail -n 20 /var/log/amphora-agent.log /var/log/octavia/*.log',
        certificates: `findmnt --target ${certificateDirectory} --noheadings --output TARGET,SOURCE; cryptsetup status certfs-ramfs`,
      },
      judge: (guest) => judgeAmphora(amphora, guest),
      close: () => heartbeats.close(),
    } satisfies PreparedProfile;
  },
};

interface Amphora {
  readonly port: number;
  readonly certificates: TestCertificates;
  readonly heartbeats: HeartbeatListener;
  readonly facts: ImageFacts;
  readonly amphoraId: string;
}

async function judgeAmphora(amphora: Amphora, guest: BootedGuest): Promise<readonly CheckResult[]> {
  const agent = await waitForAgent(amphora, guest);
  const title = 'the agent answers over mutual TLS';
  if ('refused' in agent) {
    const report = await guest.report;
    const agentSaid = report?.sections.get('agent')?.output ?? '';
    return [
      named('amphora-agent', title, failed(`${agent.refused}\n${agentSaid}`)),
      named('amphora-certificates', certificatesTitle, judgeCertificates(report)),
    ];
  }
  const after = pass(`after ${(guest.elapsedMs() / 1000).toFixed(1)} s`);
  const [anonymous, stranger, info, details] = await Promise.all([
    ask(amphora, '/', 'nobody'),
    ask(amphora, '/', 'stranger'),
    ask(amphora, '/1.0/info', 'client'),
    ask(amphora, '/1.0/details', 'client'),
  ]);
  const heartbeat = await amphora.heartbeats.first(heartbeatTimeoutMs);
  return [
    named(
      'amphora-agent',
      title,
      agent.status === 200 ? after : failed(`status ${agent.status}: ${agent.body}`),
    ),
    named(
      'amphora-client-required',
      'the agent refuses clients without a certificate',
      judgeRefusal(anonymous),
    ),
    named(
      'amphora-client-checked',
      'the agent refuses certificates of other authorities',
      judgeRefusal(stranger),
    ),
    named('amphora-api-version', 'the agent speaks API 1.0', judgeApiVersion(agent)),
    named('amphora-info', 'the agent reports the packages of the image', judgeInfo(info, amphora.facts)),
    named('amphora-details', 'the agent reports details', judgeDetails(details)),
    named('amphora-certificates', certificatesTitle, judgeCertificates(await guest.report)),
    named('amphora-heartbeat', 'a signed heartbeat arrives', judgeHeartbeat(heartbeat, amphora.amphoraId)),
  ];
}

const certificatesTitle = 'certificates are kept in encrypted memory';

function ask(amphora: Amphora, path: string, who: 'client' | 'stranger' | 'nobody'): Promise<AgentAnswer> {
  const { certificates, port } = amphora;
  const client = { client: certificates.client, stranger: certificates.stranger, nobody: undefined }[who];
  return askAgent(
    { port, authority: certificates.serverAuthority, serverName, client, timeoutMs: 30_000 },
    path,
  );
}

/** The port is forwarded from the start, so a connection says nothing before the agent itself answers. */
async function waitForAgent(amphora: Amphora, guest: BootedGuest): Promise<AgentAnswer> {
  const deadline = guest.elapsedMs() + agentTimeoutMs;
  for (;;) {
    const answer = await ask(amphora, '/', 'client');
    if (!('refused' in answer)) guest.reached('agent');
    if (!('refused' in answer) || guest.elapsedMs() > deadline || !guest.isRunning()) return answer;
    await delay(1000, undefined, guest.signal === undefined ? {} : { signal: guest.signal });
  }
}

/** A refusal is an alert of TLS, or a connection that is closed without one; anything else is an accident. */
function judgeRefusal(answer: AgentAnswer): Outcome {
  if (!('refused' in answer)) return failed(`it answered with status ${answer.status}`);
  const alert = /(?:alert (?<name>[a-z ]+))(?::|$)/u.exec(answer.refused)?.groups?.['name'];
  if (alert !== undefined) return pass(`TLS alert: ${alert}`);
  return /ECONNRESET|socket hang up/u.test(answer.refused) ? pass(answer.refused) : failed(answer.refused);
}

function judgeApiVersion(answer: { readonly body: string }): Outcome {
  const version = fieldsOf(answer.body)['api_version'];
  return version === '1.0' ? pass(version) : failed(`GET / answered ${answer.body.slice(0, 200)}`);
}

function judgeInfo(answer: AgentAnswer, facts: ImageFacts): Outcome {
  if ('refused' in answer || answer.status !== 200) return failed(describe(answer));
  const fields = fieldsOf(answer.body);
  const problems: string[] = [];
  const agreed: string[] = [];
  for (const name of ['haproxy', 'keepalived', 'ipvsadm']) {
    const said = fields[`${name}_version`];
    const installed = facts.packages[name];
    if (said === undefined && name !== 'haproxy') continue;
    if (installed === undefined)
      problems.push(`the agent says ${name} ${String(said)}, the image has no such package`);
    else if (!agrees(String(said), installed))
      problems.push(`the agent says ${name} ${String(said)}, the image has ${installed}`);
    else agreed.push(`${name} ${String(said)}`);
  }
  return problems.length > 0 ? failed(problems.join('\n')) : pass(agreed.join(', '));
}

/** The agent shows the version with or without epoch and Debian's revision. */
function agrees(said: string, installed: string): boolean {
  const upstream = (version: string): string => version.replace(/^\d+:/u, '').replace(/-[^-]*$/u, '');
  return said === installed || said === installed.replace(/^\d+:/u, '') || said === upstream(installed);
}

function judgeDetails(answer: AgentAnswer): Outcome {
  if ('refused' in answer || answer.status !== 200) return failed(describe(answer));
  const fields = fieldsOf(answer.body);
  return fields['hostname'] === undefined
    ? failed(`no hostname in ${answer.body.slice(0, 200)}`)
    : pass(String(fields['hostname']));
}

function judgeCertificates(report: GuestReport | undefined): Outcome {
  if (report === undefined) return skip('the guest did not report its mounts');
  const mount = parseMounts(report.sections.get('mounts')?.output ?? '').get(certificateDirectory);
  if (mount === undefined) return failed(`nothing is mounted on ${certificateDirectory}`);
  return mount.source === '/dev/mapper/certfs-ramfs'
    ? pass(mount.source)
    : failed(`${mount.source} is mounted there`);
}

function judgeHeartbeat(
  heartbeat: Awaited<ReturnType<HeartbeatListener['first']>>,
  amphoraId: string,
): Outcome {
  if (heartbeat === undefined) return failed(`none came within ${heartbeatTimeoutMs / 1000} s`);
  if ('refused' in heartbeat) return failed(heartbeat.refused);
  if (heartbeat.id !== amphoraId) return failed(`it names amphora ${heartbeat.id}`);
  return pass(`version ${heartbeat.ver}, sequence ${heartbeat.seq}`);
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function describe(answer: AgentAnswer): string {
  return 'refused' in answer ? answer.refused : `status ${answer.status}: ${answer.body.slice(0, 300)}`;
}
