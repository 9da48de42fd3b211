import type { Runner } from '../util/runner.ts';

/**
 * Loads a docker archive into the Docker engine of this host, under the reference that stands in it.
 *
 * @returns 'no engine' where none answers, or there is no `docker`: then the archive waits for `docker load`. An engine that answers and
 * refuses throws a BuildFailure 'command-failed'.
 */
export async function loadIntoDocker(file: string, run: Runner): Promise<'loaded' | 'no engine'> {
  const answer = await run(['docker', 'version', '--format={{.Server.Version}}'], { allowFailure: true });
  if (!answer.ok) return 'no engine';
  await run(['docker', 'load', '--quiet', `--input=${file}`]);
  return 'loaded';
}
