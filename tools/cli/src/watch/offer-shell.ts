import { createInterface } from 'node:readline/promises';
import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import { openShell, type ShellAppRequest } from '../app/open-shell.ts';

/**
 * After a hook failed, asks whether to open a shell in the state that it found; until then, or until `signal` says that
 * something changed. Does nothing without a terminal, or where it was no hook that failed.
 */
export async function offerShell(
  request: Pick<ShellAppRequest, 'workspace' | 'image' | 'configuration'>,
  failure: Failure | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (failure?.code !== 'hook-failed' || !process.stdin.isTTY) return;
  const what = `${failure.phase}.d/${failure.hook}`;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    await lines.question(`press Enter for a shell before ${what}, or change a file `, { signal });
  } catch {
    process.stderr.write('\n');
    return;
  } finally {
    lines.close();
  }
  await openShell({ ...request, moment: { when: 'before', what }, command: [] });
}
