import { constraintsOf } from './amphora-environment.ts';
import type { AmphoraSettings, Environment } from './amphora-settings.ts';

/** The system of an amphora takes about 1 GiB, to which the disk adds what filesystems need. In GiB. */
export const leastGib = 2;

/** What Octavia's script prints before the build. */
export function announcementsOf(settings: AmphoraSettings, environment: Environment): readonly string[] {
  const branch = settings.gitBranch;
  const reference = environment['DIB_REPOREF_amphora_agent'] ?? '';
  const constraints = environment['DIB_REPOLOCATION_upper_constraints'] ?? '';
  const lines: string[] = [];
  if (branch !== undefined) {
    lines.push(
      reference === ''
        ? `Building image with amphora agent from ${branch}.`
        : `Environment variable DIB_REPOREF_amphora_agent is set. Building the image with amphora agent ${reference}.`,
      constraints === ''
        ? `Using upper constraints from ${constraintsOf(branch)}.`
        : `Environment variable DIB_REPOLOCATION_upper_constraints is set. Building the image with upper-constraints.txt from ${constraints}.`,
    );
  }
  if (settings.rootPassword !== undefined)
    lines.push('Warning: Using a root password in the image, NOT FOR PRODUCTION USAGE.');
  return lines;
}

/** What was asked for and has no effect. */
export function warningsOf(settings: AmphoraSettings, environment: Environment): readonly string[] {
  const warnings: string[] = [];
  if (!settings.sshd && (environment['DIB_OCTAVIA_AMP_USE_SSH'] ?? '') === 'True')
    warnings.push('-n has no effect: DIB_OCTAVIA_AMP_USE_SSH=True in the environment keeps the SSH server');
  if (settings.kernel !== undefined && settings.system !== 'ubuntu-minimal')
    warnings.push(`-k has no effect on ${settings.system}: it names a kernel of Ubuntu`);
  return warnings;
}

/** Why a build would be sure to fail. */
export function obstaclesOf(
  settings: AmphoraSettings,
  environment: Environment,
  sizeGib: number,
): readonly string[] {
  const family = settings.system.replace(/-minimal$/, '');
  const hasDisk = settings.type !== 'tar' && settings.type !== 'oci';
  const obstacles: string[] = [];
  if (settings.fips && ['ubuntu', 'debian'].includes(family))
    obstacles.push(`ERROR: ${family} is not supported for FIPS mode.`);
  if (hasDisk && sizeGib < leastGib && (environment['DIB_ELEMENTS'] ?? '') === '')
    obstacles.push(
      `ERROR: an amphora of ${family} does not fit into ${sizeGib}GB; the least is -s ${leastGib}.`,
    );
  return obstacles;
}
