import { failed, passUnless, type CheckResult } from '../verify/check.ts';
import { named } from './guest-checks.ts';

/** What a console shows when it is over, in the order of how bad it is. */
export const hopeless =
  /Kernel panic - not syncing[^\n]*|Entering emergency mode|You are in emergency mode|Give root password for maintenance|\(initramfs\) ?$|ALERT! [^\n]* does not exist|grub rescue>|No bootable device|BdsDxe: No bootable option|UEFI Interactive Shell|Fatal glibc error: CPU[^\n]*/mu;

/** A prompt of getty: the host's name, and nothing behind the colon. */
export const loginPrompt = /^[\w.-]+ login: ?/mu;

/**
 * Units that the console shows as failed: all that can be known of a guest that does not report.
 *
 * @param tolerated names of units that may fail; systemd 249 and later show names, older ones descriptions only.
 */
export function consoleChecks(console: string, tolerated: readonly string[] = []): readonly CheckResult[] {
  const failures = [...console.matchAll(/^\[FAILED\] (?:Failed to start )?(?<what>[^\n]*)$/gmu)]
    .map((match) => (match.groups?.['what'] ?? '').trim())
    .filter((what) => !tolerated.some((unit) => what.includes(unit)));
  const modules = [
    ...console.matchAll(/^(?:\[ *[\d.]+\] )?(?<what>Failed to insert module[^\n]*|EXT4-fs error[^\n]*)$/gmu),
  ].map((match) => match.groups?.['what'] ?? '');
  return [named('boot-console', 'the console shows no failure', passUnless([...failures, ...modules]))];
}

/** The check of the login prompt, from how the wait for it ended. */
export function loginCheck(
  reached: { readonly afterMs: number } | { readonly reason: string; readonly lastLines: readonly string[] },
): CheckResult {
  const title = 'the machine reaches its login prompt';
  if ('afterMs' in reached) {
    return {
      id: 'boot-login',
      title,
      status: 'pass',
      detail: `after ${(reached.afterMs / 1000).toFixed(1)} s`,
    };
  }
  return named('boot-login', title, failed([reached.reason, ...reached.lastLines].join('\n')));
}
