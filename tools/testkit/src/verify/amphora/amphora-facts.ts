import type { DiskTree } from '../../disk/open-tree.ts';
import { isInstalled } from '../system/dpkg-status.ts';
import { readInstalledPackages } from '../system/installed-packages.ts';
import { isOfRedHatFamily } from '../system/package-names.ts';
import { readSystemName } from '../system/system-name.ts';

/** What kind of amphora an image is, as far as its files tell. */
export interface AmphoraFacts {
  /** Where the agent came from; undefined where there is none. */
  readonly agent: 'package' | 'source' | undefined;
  /** Its program. */
  readonly program: string;
  /** ID of /etc/os-release. */
  readonly distribution: string;
  readonly redHat: boolean;
  readonly sshServer: boolean;
  /** All CPUs but the first are for HAProxy. */
  readonly pinned: boolean;
}

/** Where a virtual environment holds the agent that was made from source. */
export const agentEnvironment = '/opt/amphora-agent-venv';

const packagedProgram = '/usr/bin/amphora-agent';

/** Finds out about an amphora, whoever built it. */
export async function readAmphoraFacts(tree: DiskTree): Promise<AmphoraFacts> {
  const fromSource = await tree.exists(`${agentEnvironment}/bin`);
  const packaged = await tree.exists(packagedProgram);
  const { distribution } = await readSystemName(tree);
  return {
    agent: fromSource ? 'source' : packaged ? 'package' : undefined,
    program: fromSource ? `${agentEnvironment}/bin/amphora-agent` : packagedProgram,
    distribution,
    redHat: isOfRedHatFamily(distribution),
    sshServer: await tree.exists('/usr/sbin/sshd'),
    pinned: await tree.exists('/etc/tuned/amphora/tuned.conf'),
  };
}

/**
 * Whether an image of which nothing is known is meant to be an amphora: it has what Octavia alone puts into images. A damaged
 * amphora counts as one, too.
 */
export async function looksLikeAmphora(tree: DiskTree): Promise<boolean> {
  for (const path of [
    '/etc/octavia',
    '/var/lib/octavia',
    packagedProgram,
    agentEnvironment,
    '/usr/local/bin/certfs-ramfs',
  ]) {
    if (await tree.exists(path)) return true;
  }
  const packages = await readInstalledPackages(tree);
  return isInstalled(packages?.get('octavia-agent')) || isInstalled(packages?.get('amphora-agent'));
}
