import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { ownElementsFolder } from '../disk-image-create/element-path.ts';
import type { Environment } from './amphora-settings.ts';
import type { AmphoraHost } from './plan-amphora.ts';

/** What this host is, for the plan of an amphora. */
export function readAmphoraHost(cwd: string, environment: Environment): AmphoraHost {
  return {
    cwd,
    home: environment['HOME'] ?? homedir(),
    ownFolder: dirname(ownElementsFolder),
    isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true,
    hasFirstLine: (path) => (readIfAny(path)?.split('\n')[0] ?? '') !== '',
    system: parseSystemName(readIfAny('/etc/os-release') ?? ''),
    selinuxEnforces: readIfAny('/sys/fs/selinux/enforce')?.trim() === '1',
  };
}

/** NAME of an os-release file, without its quotes (os-release(5)). */
export function parseSystemName(osRelease: string): string | undefined {
  return /^NAME=(["']?)(?<name>.*)\1$/m.exec(osRelease)?.groups?.['name'];
}

function readIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
