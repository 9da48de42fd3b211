import { createHash } from 'node:crypto';
import { failed, pass, skip, type CheckResult, type Outcome } from '../verify/check.ts';
import { judgeDetails } from './agent-checks.ts';
import { type AgentAnswer, type AgentRequest, describeAnswer, fieldsOf } from './amphora-agent-client.ts';
import { type AmphoraController, askAs } from './amphora-controller.ts';
import type { Heartbeat } from './amphora-heartbeat.ts';
import type { BalancedMember } from './balanced-members.ts';
import { named } from './guest-checks.ts';
import type { ImageFacts } from './image-facts.ts';
import { haproxyConfiguration, listenerName, type LoadBalancer, vipNetwork } from './load-balancer.ts';
import { askVipTimes, type VipAccess, type VipAnswer } from './vip-client.ts';

const heartbeatTimeoutMs = 60_000;
const requestCount = 6;

/** A load balancer that a test makes on an amphora, and the ways to it. */
export interface BalancingTest {
  readonly controller: AmphoraController;
  readonly balancer: LoadBalancer;
  readonly members: readonly BalancedMember[];
  /** Ports of 127.0.0.1 that lead to the VIP's ports 80 and 443. */
  readonly ports: { readonly http: number; readonly https: number };
  readonly facts: ImageFacts;
}

/** What Octavia's controller asks of an amphora to make a load balancer, in its order. A failure ends it. */
export async function* startLoadBalancer(test: BalancingTest): AsyncGenerator<CheckResult> {
  const plugging = {
    path: `/1.0/plug/vip/${vipNetwork.vip}`,
    method: 'POST',
    body: {
      subnet_cidr: vipNetwork.subnet,
      gateway: vipNetwork.hostAddress,
      mac_address: vipNetwork.macAddress,
      mtu: 1500,
      vrrp_ip: vipNetwork.amphora,
      host_routes: [],
      additional_vips: [],
    },
  } as const;
  const { balancer, controller } = test;
  const steps = [
    ['amphora-plug-vip', 'the agent plugs the VIP', () => accept(controller, plugging)],
    ['amphora-upload-certificates', 'the agent takes certificates', () => uploadCertificates(test)],
    ['amphora-upload-configuration', 'HAProxy takes the configuration', () => uploadConfiguration(test)],
    ['amphora-start', 'the agent starts HAProxy', () => start(test)],
  ] as const;
  let goesOn = true;
  for (const [id, title, act] of steps) {
    const outcome: Outcome = goesOn ? await act() : skip(`load balancer ${balancer.id} is not whole`);
    yield named(id, title, outcome);
    goesOn &&= outcome.status === 'pass';
  }
}

/** Judges a load balancer that was started, from its users' side and from the controller's. */
export async function* judgeLoadBalancer(test: BalancingTest): AsyncGenerator<CheckResult> {
  const { controller, ports, members } = test;
  const names = members.map((member) => member.name);
  const plain = await askVipTimes({ port: ports.http, tls: undefined }, requestCount);
  yield named('amphora-balances', 'the members answer in turn through the VIP', judgeTurns(plain, names));
  const secure = await askVipTimes(tlsAccess(test), requestCount);
  yield named('amphora-terminates-tls', 'the members answer in turn through TLS', judgeTurns(secure, names));
  const details = await askAs('controller', controller, { path: '/1.0/details' });
  yield named('amphora-details-busy', 'the agent reports its load balancer', judgeBusyDetails(details, test));
  yield named(
    'amphora-heartbeat-busy',
    'heartbeats tell of listeners and members',
    await judgeBusyHeartbeat(test),
  );
  yield* judgeLostMember(test);
}

/** Sends the certificates; the agent keeps them and knows their digests. */
export async function uploadCertificates({ controller, balancer }: BalancingTest): Promise<Outcome> {
  for (const { name, content } of balancer.certificateFiles) {
    const path = `/1.0/loadbalancer/${balancer.id}/certificates/${name}`;
    const sent = await askAs('controller', controller, { path, method: 'PUT', body: content });
    if ('refused' in sent || sent.status !== 200) return failed(describeAnswer(sent));
    const kept = await askAs('controller', controller, { path });
    const digest = createHash('md5').update(content).digest('hex');
    if ('refused' in kept || fieldsOf(kept.body)['md5sum'] !== digest) return failed(describeAnswer(kept));
  }
  return pass(`${balancer.certificateFiles.length} files`);
}

/** Lets the agent start HAProxy. */
export function start({ controller, balancer }: BalancingTest): Promise<Outcome> {
  return accept(controller, { path: `/1.0/loadbalancer/${balancer.id}/start`, method: 'PUT' });
}

/** The TLS-terminated listener, as its users reach it. */
export function tlsAccess({ ports, controller }: BalancingTest): VipAccess {
  const tls = { authority: controller.certificates.serverAuthority, serverName: listenerName };
  return { port: ports.https, tls };
}

function uploadConfiguration({ controller, balancer }: BalancingTest): Promise<Outcome> {
  const path = `/1.0/loadbalancer/${controller.amphoraId}/${balancer.id}/haproxy`;
  return accept(controller, { path, method: 'PUT', body: haproxyConfiguration(balancer) });
}

async function accept(controller: AmphoraController, request: AgentRequest): Promise<Outcome> {
  const answer = await askAs('controller', controller, request);
  if ('refused' in answer || answer.status !== 202) return failed(describeAnswer(answer));
  return pass(String(fieldsOf(answer.body)['details'] ?? '').replaceAll('\n', '; '));
}

/** Every member answers, and none twice in a row. */
export function judgeTurns(answers: readonly VipAnswer[], names: readonly string[]): Outcome {
  const refusal = answers.find((answer) => 'refused' in answer || answer.status !== 200);
  if (refusal !== undefined) return failed(describeAnswer(refusal));
  const said = answers.flatMap((answer) => ('refused' in answer ? [] : [answer.body]));
  const everyone = names.every((name) => said.includes(name)) && said.every((name) => names.includes(name));
  const inTurn = said.every((name, index) => index === 0 || name !== said[index - 1]);
  const protocols = new Set(
    answers.flatMap((answer) => ('refused' in answer ? [] : [answer.protocol ?? []].flat())),
  );
  const order = [said.join(', '), ...protocols].join('; ');
  return everyone && inTurn ? pass(order) : failed(`they answered ${order}`);
}

function judgeBusyDetails(answer: AgentAnswer, { balancer, facts }: BalancingTest): Outcome {
  const outcome = judgeDetails(answer, facts);
  if (outcome.status !== 'pass' || 'refused' in answer) return outcome;
  const fields = fieldsOf(answer.body);
  const problems: string[] = [];
  // Not haproxy_count: the agent (11.0.0) looks for a process of each listener, where there is one of the load balancer.
  const listeners = Array.isArray(fields['listeners']) ? fields['listeners'].map(String) : [];
  for (const listener of Object.values(balancer.listeners)) {
    if (!listeners.includes(listener))
      problems.push(`listener ${listener} is missing in ${listeners.join(', ')}`);
  }
  const networks = JSON.stringify(fields['networks'] ?? {});
  if (!networks.includes('network_tx')) problems.push(`no network has traffic: ${networks}`);
  return problems.length > 0 ? failed(problems.join('\n')) : pass(`networks ${networks}`);
}

async function judgeBusyHeartbeat({ controller, balancer }: BalancingTest): Promise<Outcome> {
  const complete = (heartbeat: Heartbeat): boolean =>
    Object.values(balancer.listeners).every(
      (listener) =>
        heartbeat.listeners[listener]?.status === 'OPEN' &&
        balancer.members.every(
          ({ id }) => heartbeat.pools[`${balancer.pool}:${listener}`]?.members?.[id] === 'UP',
        ),
    );
  const heartbeat = await controller.heartbeats.next(complete, heartbeatTimeoutMs);
  if (heartbeat === undefined || 'refused' in heartbeat) return failed(heartbeat?.refused ?? 'none came');
  return complete(heartbeat)
    ? pass(`sequence ${heartbeat.seq}: listeners OPEN, members UP`)
    : failed(JSON.stringify(heartbeat).slice(0, 600));
}

/** The first member goes; its health check must tell so, and the other one answer everybody. */
async function* judgeLostMember(test: BalancingTest): AsyncGenerator<CheckResult> {
  const { controller, balancer, members, ports } = test;
  const [lost, ...others] = members;
  const pool = `${balancer.pool}:${balancer.listeners.http}`;
  const id = balancer.members[0]?.id ?? '';
  await lost?.stop();
  const isDown = (heartbeat: Heartbeat): boolean => heartbeat.pools[pool]?.members?.[id] === 'DOWN';
  const heartbeat = await controller.heartbeats.next(isDown, heartbeatTimeoutMs);
  const told =
    heartbeat !== undefined && !('refused' in heartbeat) && isDown(heartbeat)
      ? pass('member DOWN')
      : failed(JSON.stringify(heartbeat).slice(0, 600));
  yield named('amphora-member-lost', 'a heartbeat tells of a member that went', told);
  const answers = await askVipTimes({ port: ports.http, tls: undefined }, requestCount);
  const bodies = new Set(answers.map((answer) => ('refused' in answer ? answer.refused : answer.body)));
  const expected = others.map((member) => member.name);
  const agrees = [...bodies].join() === expected.join();
  yield named(
    'amphora-member-replaced',
    'the other member answers instead',
    agrees ? pass(expected.join()) : failed(`answers: ${[...bodies].join(', ')}`),
  );
}
