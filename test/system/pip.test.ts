import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { servePackageIndex } from '@kiln/engine/sources/serve-package-index.ts';
import { writePackageIndex } from '@kiln/engine/sources/write-package-index.ts';
import { transportEnvironment } from '@kiln/engine/sources/fetching.ts';
import { ContentStore } from '@kiln/engine/store/content-store.ts';
import { prepareStorePaths } from '@kiln/engine/store/store-paths.ts';
import { plainEnvironment, runCommand } from '@kiln/engine/util/run-command.ts';
import { startLoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { makeWheel, type Wheel } from '@kiln/testkit/rig/make-wheel.ts';
import { expect } from 'vitest';
import { testOn, tools, type HostNeed } from '../host-needs.ts';

const pip: HostNeed = {
  lack: () => {
    const asked = spawnSync('/usr/bin/python3', ['-m', 'pip', '--version'], { env: plainEnvironment });
    return asked.status === 0 ? undefined : 'pip for the python3 of the system';
  },
};

const needs = [tools('python3', 'curl'), pip];

/** Installs a package with the host's pip, as an image's would, and returns what the module says of itself. */
async function installWith(index: string, requirement: string, target: string): Promise<string> {
  const args = ['-m', 'pip', '--isolated', 'install', '--quiet', '--no-cache-dir', '--target', target];
  const options = ['--index-url', index, '--retries', '0', '--disable-pip-version-check'];
  const result = await runCommand({
    file: '/usr/bin/python3',
    args: [...args, ...options, requirement],
    env: { ...plainEnvironment, HOME: target },
  });
  if (!result.ok) throw new Error(result.stderr);
  return readFile(join(target, `${requirement.split(/[=<]/)[0] ?? ''}.py`), 'utf8');
}

testOn(needs, 'pip installs from the index that hooks get, and offline from what that left', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-pip-'));
  const upstream = await startLoopbackServer();
  const wheels = [
    makeWheel('base', '1.0'),
    makeWheel('app', '1.0', ['base>=1']),
    makeWheel('app', '2.0', ['base']),
  ];
  const link = ({ filename, sha256 }: Wheel): string =>
    `<a href="/w/${filename}#sha256=${sha256}">${filename}</a>\n`;
  for (const name of ['base', 'app'])
    upstream.content.set(
      `/simple/${name}/`,
      wheels
        .filter((wheel) => wheel.filename.startsWith(`${name}-`))
        .map(link)
        .join(''),
    );
  for (const { filename, bytes } of wheels) upstream.content.set(`/w/${filename}`, bytes);
  const indexes = [`${upstream.url}/simple`];
  const fetching = {
    store: new ContentStore(await prepareStorePaths(join(folder, 'store'))),
    environment: transportEnvironment({}),
    report: () => {},
    wait: async () => {},
  };
  try {
    const served = await servePackageIndex({ ...fetching, network: 'online' }, indexes);
    expect(await installWith(served.url, 'app<2', join(folder, 'online'))).toBe("VERSION = '1.0'\n");
    await served.close();
    await upstream.close();

    const mirror = join(folder, 'mirror');
    expect(await writePackageIndex({ ...fetching, network: 'offline' }, indexes, mirror)).toBe(2);
    const index = `file://${mirror}/simple`;
    // The newest that is there, which is not the newest there ever was.
    expect(await installWith(index, 'app', join(folder, 'offline'))).toBe("VERSION = '1.0'\n");
    await expect(installWith(index, 'app==2.0', join(folder, 'newer'))).rejects.toThrow(/app==2\.0/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
