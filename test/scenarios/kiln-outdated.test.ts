import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@kiln/engine/fingerprint/digest.ts';
import { startLoopbackServer, type LoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { expect } from 'vitest';
import { kiln } from './kiln-process.ts';
import { scenario } from './scenario.ts';

const list = 'main/binary-amd64/Packages';

function paragraph(name: string, version: string): string {
  return `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\n\n`;
}

/** What a suite of the mirror has from now on. */
function serve(mirror: LoopbackServer, suite: string, versions: Readonly<Record<string, string>>): void {
  const packages = Object.entries(versions)
    .map(([name, version]) => paragraph(name, version))
    .join('');
  mirror.content.set(`/dists/${suite}/${list}`, packages);
  mirror.content.set(
    `/dists/${suite}/InRelease`,
    `Date: Sat, 14 Nov 2026 09:00:00 UTC\nSHA256:\n ${digestOf(packages)} 9 ${list}\n`,
  );
}

const request = (suite: string): string =>
  `echo "{\\"kind\\": \\"apt\\", \\"name\\": \\"${suite}\\", \\"url\\": \\"$TEST_MIRROR/dists/${suite}/InRelease\\",` +
  ` \\"indexes\\": [\\"${list}\\"]}"\n`;

const status = ['openssl 3.0.15-1', 'curl 7.88.1-10', 'agent 1.0']
  .map((line) => line.split(' '))
  .map(
    ([name, version]) =>
      `Package: ${name}\\nStatus: install ok installed\\nArchitecture: amd64\\nVersion: ${version}\\n\\n`,
  )
  .join('');

scenario('outdated compares an image with what its mirror has now', async (rig) => {
  const mirror = await startLoopbackServer();
  try {
    serve(mirror, 'stable', { openssl: '3.0.15-1', curl: '7.88.1-10' });
    serve(mirror, 'stable-security', {});
    await rig.element('debian', {
      'lock.d/10-indexes': `#!/bin/bash\n${request('stable')}${request('stable-security')}`,
      'root.d/50-packages': `mkdir -p "$TARGET_ROOT/var/lib/dpkg"\nprintf '${status}' >"$TARGET_ROOT/var/lib/dpkg/status"\n`,
    });
    await rig.image('box', ['debian']);
    const environment = { TEST_MIRROR: mirror.url };
    const unbuilt = await kiln(rig, ['outdated', 'box'], { environment });
    expect([unbuilt.exitCode, unbuilt.stderr]).toEqual([2, expect.stringContaining('not built yet')]);
    const built = await kiln(rig, ['build', 'box'], { environment });
    expect(built.exitCode, built.stderr).toBe(0);
    const lock = await readFile(join(rig.root, 'images/box/image.lock.json'), 'utf8');
    const same = await kiln(rig, ['outdated', 'box'], { environment });
    expect(same.stdout).toContain('box: all 3 packages are the newest\n');

    serve(mirror, 'stable', { openssl: '3.0.15-1', curl: '7.88.1-10+deb12u9' });
    serve(mirror, 'stable-security', { openssl: '3.0.16-1' });
    const { exitCode, stdout } = await kiln(rig, ['outdated', 'box'], { environment });
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'box: 2 of 3 packages have newer versions, 1 of them a security update',
      '  security  openssl  3.0.15-1   → 3.0.16-1           stable-security',
      '            curl     7.88.1-10  → 7.88.1-10+deb12u9  stable',
      'compared with stable (2026-11-14), stable-security (2026-11-14)',
      'in none of them: agent',
      'to take them in: kiln lock box, then build it',
      '',
    ]);
    const json = JSON.parse(
      (await kiln(rig, ['outdated', 'box', '--json'], { environment })).stdout,
    ) as object;
    expect(json).toMatchObject({
      image: 'box',
      packages: 3,
      outdated: [{ name: 'openssl', security: true }, {}],
    });
    expect(await readFile(join(rig.root, 'images/box/image.lock.json'), 'utf8'), 'the lock stands').toBe(
      lock,
    );
  } finally {
    await mirror.close();
  }
});
