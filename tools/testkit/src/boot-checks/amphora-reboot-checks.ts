import { failed, pass, skip, type CheckResult, type Outcome } from '../verify/check.ts';
import { describeAnswer } from './amphora-agent-client.ts';
import { askAs, waitForAgent } from './amphora-controller.ts';
import { judgeAmphoraGuest } from './amphora-guest-checks.ts';
import type { BootedGuest } from './boot-profile.ts';
import { named, parseFailedUnits } from './guest-checks.ts';
import type { GuestReport } from './guest-report.ts';
import {
  type BalancingTest,
  judgeTurns,
  start,
  tlsAccess,
  uploadCertificates,
} from './load-balancer-checks.ts';
import { haproxyUnit } from './load-balancer.ts';
import { askVipTimes } from './vip-client.ts';

const recovers = 'with its keys sent again, the load balancer works again';

/**
 * Restarts an amphora that has a load balancer, and judges what is left: the agent answers with the identity that it
 * has on disk, the keys of listeners are gone with the memory they were kept in, and HAProxy does not run without them;
 * so the controller sees no listener in the heartbeats, and replaces the amphora. Nothing else fails.
 */
export async function* judgeReboot(test: BalancingTest, guest: BootedGuest): AsyncGenerator<CheckResult> {
  const reboot = await guest.reboot();
  const title = 'the amphora comes back after a reboot';
  if ('failure' in reboot) {
    yield named('amphora-reboot', title, failed(reboot.failure));
    return;
  }
  const agent = await waitForAgent(test.controller, guest);
  if ('refused' in agent) {
    const said = (await reboot.report)?.sections.get('agent')?.output ?? '';
    yield named('amphora-reboot', title, failed(`${agent.refused}\n${said}`));
    return;
  }
  guest.reached('agent-again');
  yield named('amphora-reboot', title, pass('the agent answers'));
  yield named('amphora-reboot-keys', 'a reboot leaves no keys of listeners', await judgeKeys(test));
  const report = await reboot.report;
  const [certificates] = judgeAmphoraGuest(report, test.facts);
  yield named(
    'amphora-reboot-memory',
    'after a reboot there is a new encrypted RAM disk',
    outcomeOf(certificates),
  );
  yield named(
    'amphora-reboot-units',
    'after a reboot nothing but the load balancer without its keys fails',
    judgeUnits(report, haproxyUnit(test.balancer)),
  );
  yield named('amphora-reboot-recovery', recovers, await judgeRecovery(test));
}

function outcomeOf(result: CheckResult | undefined): Outcome {
  return result === undefined
    ? skip('the guest did not report again')
    : { status: result.status, detail: result.detail };
}

async function judgeKeys({ controller, balancer }: BalancingTest): Promise<Outcome> {
  for (const { name } of balancer.certificateFiles) {
    const path = `/1.0/loadbalancer/${balancer.id}/certificates/${name}`;
    const answer = await askAs('controller', controller, { path });
    if ('refused' in answer || answer.status !== 404) return failed(`${name}: ${describeAnswer(answer)}`);
  }
  return pass(`${balancer.certificateFiles.length} files are gone`);
}

function judgeUnits(report: GuestReport | undefined, balancerUnit: string): Outcome {
  if (report === undefined) return skip('the guest did not report again');
  const units = parseFailedUnits(report.sections.get('failed-units')?.output ?? '');
  const surprising = units.filter((unit) => unit !== balancerUnit);
  const why = report.sections.get('why-failed')?.output ?? '';
  return surprising.length > 0 ? failed(`${surprising.join(', ')}\n${why}`) : pass(units.join(', '));
}

async function judgeRecovery(test: BalancingTest): Promise<Outcome> {
  for (const act of [uploadCertificates, start]) {
    const outcome = await act(test);
    if (outcome.status !== 'pass') return outcome;
  }
  const alive = test.members.slice(1).map((member) => member.name);
  const answers = await askVipTimes(tlsAccess(test), 1);
  return judgeTurns(answers, alive);
}
