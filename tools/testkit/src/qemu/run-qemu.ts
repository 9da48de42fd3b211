import { runCommand } from '@kiln/engine/util/run-command.ts';
import { qemuArguments, type MachineDefinition } from './qemu-arguments.ts';

/** How QEMU ended: its status in words, and what it wrote to stderr. */
export interface QemuEnding {
  readonly status: string;
  readonly complaint: string;
}

/** Runs QEMU until it ends or the signal aborts; the kernel ends it as well when this process dies, however. */
export async function runQemu(definition: MachineDefinition, signal: AbortSignal): Promise<QemuEnding> {
  const result = await runCommand({
    file: 'setpriv',
    args: ['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', ...qemuArguments(definition)],
    signal,
  });
  return { status: result.status, complaint: result.stderr.trim() };
}
