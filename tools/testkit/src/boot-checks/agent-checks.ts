import { failed, pass, type CheckResult, type Outcome } from '../verify/check.ts';
import { type AgentAnswer, describeAnswer, fieldsOf } from './amphora-agent-client.ts';
import { type AmphoraController, askAs } from './amphora-controller.ts';
import { named } from './guest-checks.ts';
import type { ImageFacts } from './image-facts.ts';

const heartbeatTimeoutMs = 60_000;

/**
 * Judges an agent that answers: whom it refuses, and what it says of itself before it has any load balancer.
 *
 * @param root its answer to `GET /`.
 */
export async function* judgeAgent(
  controller: AmphoraController,
  root: { readonly status: number; readonly body: string },
  facts: ImageFacts,
): AsyncGenerator<CheckResult> {
  const [anonymous, stranger, info, details] = await Promise.all([
    askAs('nobody', controller, { path: '/' }),
    askAs('stranger', controller, { path: '/' }),
    askAs('controller', controller, { path: '/1.0/info' }),
    askAs('controller', controller, { path: '/1.0/details' }),
  ]);
  yield named(
    'amphora-client-required',
    'the agent refuses clients without a certificate',
    judgeRefusal(anonymous),
  );
  yield named(
    'amphora-client-checked',
    'the agent refuses certificates of other authorities',
    judgeRefusal(stranger),
  );
  yield named('amphora-api-version', 'the agent speaks API 1.0', judgeApiVersion(root));
  yield named('amphora-info', 'the agent reports the packages of the image', judgeVersions(info, facts));
  yield named('amphora-details', 'the agent reports details', judgeDetails(details, facts));
  yield named('amphora-heartbeat', 'a signed heartbeat arrives', await judgeHeartbeat(controller));
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

/** Compares the versions in an answer of the agent with the packages of the image. */
export function judgeVersions(answer: AgentAnswer, facts: ImageFacts): Outcome {
  if ('refused' in answer || answer.status !== 200) return failed(describeAnswer(answer));
  const fields = fieldsOf(answer.body);
  const problems: string[] = [];
  const agreed: string[] = [];
  for (const name of ['haproxy', 'keepalived', 'ipvsadm']) {
    const said = fields[`${name}_version`];
    const installed = facts.packages[name];
    if (said === undefined && (name !== 'haproxy' || installed === undefined)) continue;
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

/** The details hold the versions as well, and the state of the machine. */
export function judgeDetails(answer: AgentAnswer, facts: ImageFacts): Outcome {
  const versions = judgeVersions(answer, facts);
  if (versions.status !== 'pass' || 'refused' in answer) return versions;
  const fields = fieldsOf(answer.body);
  const lacking = [
    'hostname',
    'networks',
    'cpu',
    'memory',
    'disk',
    'load',
    'haproxy_count',
    'listeners',
  ].filter((name) => fields[name] === undefined);
  return lacking.length > 0
    ? failed(`no ${lacking.join(', ')} in ${answer.body.slice(0, 300)}`)
    : pass(`host ${String(fields['hostname'])}, ${versions.detail}`);
}

async function judgeHeartbeat({ heartbeats, amphoraId }: AmphoraController): Promise<Outcome> {
  const heartbeat = await heartbeats.first(heartbeatTimeoutMs);
  if (heartbeat === undefined) return failed(`none came within ${heartbeatTimeoutMs / 1000} s`);
  if ('refused' in heartbeat) return failed(heartbeat.refused);
  if (heartbeat.id !== amphoraId) return failed(`it names amphora ${heartbeat.id}`);
  return pass(`version ${heartbeat.ver}, sequence ${heartbeat.seq}`);
}
