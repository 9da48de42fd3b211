import { fail } from '../diagnostics/failure.ts';
import { runCommand } from '../util/run-command.ts';

/** What stands before a command that needs root: nothing for root, `sudo -n` for a user who may use it. */
export type Privilege = readonly string[];

/** Finds out how this process becomes root; fails with 'privilege-missing' where it cannot. */
export async function findPrivilege(): Promise<Privilege> {
  if (process.getuid?.() === 0) return [];
  const sudo = await runCommand({ file: 'sudo', args: ['-n', 'true'] });
  if (!sudo.ok) fail({ code: 'privilege-missing' });
  return ['sudo', '-n'];
}
