import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const packages = [
  { package: 'zlib1g', version: '1:1.2.13', architecture: 'amd64' },
  { package: 'bash', version: '5.2.15-2+b7', architecture: 'amd64' },
];

async function withManifest(text: string, body: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'apt-preferences-'));
  try {
    await writeFile(join(folder, 'manifest'), text);
    await body(join(folder, 'manifest'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

elementTest('pins each package of a manifest to its version', (element) =>
  withManifest(JSON.stringify({ packages }), async (file) => {
    const built = await element.run({ environment: { DIB_DPKG_MANIFEST: file } });
    expect(await built.tree.read('/etc/apt/preferences')).toBe(
      'Package: bash\nPin: version 5.2.15-2+b7\nPin-Priority: 1001\n\n' +
        'Package: zlib1g\nPin: version 1:1.2.13\nPin-Priority: 1001\n',
    );
  }),
);

elementTest('refuses what is no manifest', (element) =>
  withManifest('{"packages": [{"package": "bash"}]}', async (file) => {
    const failed = await element.expectFailure({ environment: { DIB_DPKG_MANIFEST: file } });
    expect(failed.output).toContain('is not a manifest of packages');
  }),
);
