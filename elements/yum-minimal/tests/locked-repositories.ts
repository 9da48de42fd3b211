import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What the lock would ask for: URLs of `repomd.xml` by the names of the lock's entries, and what the user is told. */
export interface LockedRepositories {
  readonly locations: Readonly<Record<string, string>>;
  readonly stderr: string;
}

/** Runs `lock.d` of yum-minimal for an element of a distribution, with the variables of a user. `element` is its folder. */
export function lockedRepositories(
  element: string,
  variables: Readonly<Record<string, string>>,
): LockedRepositories {
  const folder = mkdtempSync(join(tmpdir(), 'yum-repos-'));
  try {
    for (const source of [resolve(import.meta.dirname, '..'), element]) {
      for (const name of readdirSync(source).filter((it) => /^(environment|lock)\.d$|\.bash$/.test(it)))
        cpSync(join(source, name), join(folder, name), { recursive: true });
    }
    const script = 'for file in environment.d/*; do source "$file"; done; exec lock.d/10-rpm-indexes';
    const env = { PATH: '/usr/bin:/bin', ARCH: 'amd64', ...variables };
    const words = ['--norc', '-euc', script];
    const { stdout, stderr } = spawnSync('bash', words, { encoding: 'utf8', cwd: folder, env });
    const entries = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { name: string; location: string });
    return { locations: Object.fromEntries(entries.map((it) => [it.name, it.location])), stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
