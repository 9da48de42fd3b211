import { setTimeout as delay } from 'node:timers/promises';
import type { TestCertificates } from '../qemu/test-certificates.ts';
import { type AgentAnswer, type AgentRequest, askAgent } from './amphora-agent-client.ts';
import type { HeartbeatListener } from './amphora-heartbeat.ts';
import type { BootedGuest } from './boot-profile.ts';

/** The name in the agent's certificate. */
export const agentName = 'amphora.test';

/** From the login prompt on: under TCG the agent, a Python program, takes its time. */
const agentTimeoutMs = 300_000;

/** Some requests start programs in the guest, which take seconds under TCG. */
const answerTimeoutMs = 120_000;

/** The place of Octavia's controller: what it knows of an amphora that it has started. */
export interface AmphoraController {
  readonly amphoraId: string;
  /** Port of 127.0.0.1 that leads to the agent. */
  readonly agentPort: number;
  readonly certificates: TestCertificates;
  readonly heartbeats: HeartbeatListener;
}

/** Who asks: the controller, one whose certificate another authority signed, or one without a certificate. */
export type Caller = 'controller' | 'stranger' | 'nobody';

/** Asks the agent of an amphora. Never throws. */
export function askAs(
  caller: Caller,
  controller: AmphoraController,
  request: AgentRequest,
): Promise<AgentAnswer> {
  const { certificates, agentPort } = controller;
  const client = { controller: certificates.client, stranger: certificates.stranger, nobody: undefined };
  const access = {
    port: agentPort,
    authority: certificates.serverAuthority,
    serverName: agentName,
    client: client[caller],
    timeoutMs: answerTimeoutMs,
  };
  return askAgent(access, request);
}

/** Waits for the agent. The port is forwarded from the start, so that a connection says nothing before it answers. */
export async function waitForAgent(controller: AmphoraController, guest: BootedGuest): Promise<AgentAnswer> {
  const deadline = guest.elapsedMs() + agentTimeoutMs;
  for (;;) {
    const answer = await askAs('controller', controller, { path: '/' });
    if (!('refused' in answer) || guest.elapsedMs() > deadline || !guest.isRunning()) return answer;
    await delay(1000, undefined, guest.signal === undefined ? {} : { signal: guest.signal });
  }
}
