import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { plainEnvironment, runCommand } from '@kiln/engine/util/run-command.ts';

/** A git repository that stands for one of the outside world. The same commits have the same hashes each time. */
export interface GitUpstream {
  readonly location: string;
  /** Commits some files on the current branch, a day after the last commit. @returns the commit's hash. */
  readonly commit: (files: Readonly<Record<string, string>>, subject: string) => Promise<string>;
  readonly git: (...args: readonly string[]) => Promise<string>;
}

/** Makes an empty repository in a folder, with `main` as its branch. */
export async function createGitUpstream(folder: string): Promise<GitUpstream> {
  let day = 1;
  const git = async (...args: readonly string[]): Promise<string> => {
    const date = `2025-03-${String(day).padStart(2, '0')}T12:00:00Z`;
    const who = { NAME: 'A Person', EMAIL: 'person@example.org', DATE: date };
    const person = (role: string): readonly (readonly [string, string])[] =>
      Object.entries(who).map(([key, value]) => [`GIT_${role}_${key}`, value]);
    const env = {
      ...plainEnvironment,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      ...Object.fromEntries([...person('AUTHOR'), ...person('COMMITTER')]),
    };
    const result = await runCommand({ file: 'git', args, cwd: folder, env });
    if (!result.ok) throw new Error(`git ${args.join(' ')}: ${result.stderr}`);
    return result.stdout.trim();
  };
  await mkdir(folder, { recursive: true });
  await git('init', '--quiet', '--initial-branch=main');
  // What servers of git allow, and a plain folder does not.
  await git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  return {
    location: `file://${folder}`,
    git,
    commit: async (files, subject) => {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
      day += 1;
      await git('add', '--all');
      await git('commit', '--quiet', '--message', subject);
      return git('rev-parse', 'HEAD');
    },
  };
}
