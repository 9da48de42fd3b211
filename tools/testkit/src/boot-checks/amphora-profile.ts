import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { findFreePort } from '../qemu/find-free-port.ts';
import type { MachineNetwork } from '../qemu/qemu-arguments.ts';
import { makeTestCertificates } from '../qemu/test-certificates.ts';
import { failed, pass, type CheckResult } from '../verify/check.ts';
import { judgeAgent } from './agent-checks.ts';
import { agentName, type AmphoraController, waitForAgent } from './amphora-controller.ts';
import { amphoraFiles } from './amphora-files.ts';
import {
  amphoraSections,
  balancingSections,
  judgeAmphoraGuest,
  judgeBalancingGuest,
} from './amphora-guest-checks.ts';
import { listenForHeartbeats } from './amphora-heartbeat.ts';
import { judgeReboot } from './amphora-reboot-checks.ts';
import { startMember } from './balanced-members.ts';
import type { BootedGuest, BootProfile, BootSetting, PreparedProfile } from './boot-profile.ts';
import { named } from './guest-checks.ts';
import { type BalancingTest, judgeLoadBalancer, startLoadBalancer } from './load-balancer-checks.ts';
import { listenerName, newLoadBalancer, vipNetwork } from './load-balancer.ts';

/**
 * An Octavia amphora as its controller would start it: the agent must answer over mutual TLS, send heartbeats, and make
 * a load balancer over two members on the host's loopback interface, with a plain and a TLS-terminated listener.
 */
export const amphoraProfile: BootProfile = {
  name: 'amphora',
  prepare: async ({ facts, sysctls, directory, run }) => {
    const identity = { amphoraId: randomUUID(), heartbeatKey: randomBytes(16).toString('hex') };
    const names = { server: agentName, listener: listenerName };
    const certificates = await makeTestCertificates(join(directory, 'certificates'), names, run);
    const heartbeats = await listenForHeartbeats(identity.heartbeatKey);
    const members = await Promise.all(['one', 'two'].map(startMember));
    const agentPort = await findFreePort();
    const ports = { http: await findFreePort(), https: await findFreePort() };
    const balancer = newLoadBalancer(
      members.map((member) => member.port),
      certificates.listener,
    );
    const { amphoraId } = identity;
    const controller: AmphoraController = { amphoraId, agentPort, certificates, heartbeats };
    const test: BalancingTest = { controller, balancer, members, ports, facts };
    return {
      files: amphoraFiles({ ...identity, controller: `10.0.2.2:${heartbeats.port}` }, certificates),
      commands: [['systemctl', 'restart', 'rsyslog']],
      forwards: [{ hostPort: agentPort, guestPort: 9443 }],
      furtherNetworks: [vipCard(ports)],
      sections: amphoraSections,
      laterSections: balancingSections(balancer, sysctls),
      judge: (guest) => judgeAmphora(test, guest, sysctls),
      close: () => {
        heartbeats.close();
        for (const member of members) void member.stop();
      },
    } satisfies PreparedProfile;
  },
};

/** The card that the agent plugs, with the VIP's ports on the host. */
function vipCard(ports: BalancingTest['ports']): MachineNetwork {
  const { macAddress, subnet, hostAddress, vip } = vipNetwork;
  return {
    macAddress,
    subnet,
    hostAddress,
    forwards: [
      { hostPort: ports.http, guestPort: 80, guestAddress: vip },
      { hostPort: ports.https, guestPort: 443, guestAddress: vip },
    ],
  };
}

async function* judgeAmphora(
  test: BalancingTest,
  guest: BootedGuest,
  sysctls: BootSetting['sysctls'],
): AsyncGenerator<CheckResult> {
  const answer = await waitForAgent(test.controller, guest);
  const title = 'the agent answers over mutual TLS';
  if ('refused' in answer) {
    const report = await guest.report;
    const agentSaid = report?.sections.get('agent')?.output ?? '';
    yield named('amphora-agent', title, failed(`${answer.refused}\n${agentSaid}`));
    yield* judgeAmphoraGuest(report, test.facts);
    return;
  }
  guest.reached('agent');
  const after = pass(`after ${(guest.elapsedMs() / 1000).toFixed(1)} s`);
  const verdict = answer.status === 200 ? after : failed(`status ${answer.status}: ${answer.body}`);
  yield named('amphora-agent', title, verdict);
  yield* judgeAgent(test.controller, answer, test.facts);
  yield* judgeAmphoraGuest(await guest.report, test.facts);
  let isWhole = true;
  for await (const result of startLoadBalancer(test)) {
    yield result.status === 'fail' ? await withJournals(result, guest) : result;
    isWhole &&= result.status === 'pass';
  }
  if (!isWhole) return;
  guest.reached('load-balancer');
  yield* judgeLoadBalancer(test);
  yield* judgeBalancingGuest(await guest.reportAgain(), sysctls);
  yield* judgeReboot(test, guest);
}

/** What the agent and HAProxy said, for a failure that the agent's answer alone does not explain. */
async function withJournals(result: CheckResult, guest: BootedGuest): Promise<CheckResult> {
  const said = (await guest.reportAgain())?.sections;
  const why = ['agent', 'haproxy'].map((name) => said?.get(name)?.output ?? '').join('\n');
  return { ...result, detail: `${result.detail}\n${why}` };
}
