import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const line = 'deb http://archive.example/ubuntu noble';
const sources = `${line} main\n${line} universe\n`;
const deb822 = 'Types: deb\nURIs: http://archive.example/ubuntu/\nSuites: noble\n';

/** Folder with a tree as it is published for clouds, and the list of checksums. */
async function withTrees(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ubuntu-'));
  try {
    mkdirSync(join(folder, 'tree/etc/apt/sources.list.d'), { recursive: true });
    writeFileSync(join(folder, 'tree/etc/issue'), 'Ubuntu 24.04\n');
    writeFileSync(join(folder, 'tree/etc/apt/sources.list'), sources);
    writeFileSync(join(folder, 'tree/etc/apt/sources.list.d/ubuntu.sources'), deb822);
    const name = 'noble-server-cloudimg-amd64';
    execFileSync('tar', ['-C', join(folder, 'tree'), '-czf', join(folder, `${name}-root.tar.gz`), '.']);
    execFileSync('mksquashfs', [
      join(folder, 'tree'),
      join(folder, `${name}.squashfs`),
      '-quiet',
      '-no-progress',
    ]);
    const sums = [`${name}.squashfs`, `${name}-root.tar.gz`].map((file) => {
      const digest = createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex');
      return `${digest} *${file}\n`;
    });
    writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The fixture is the tree below, and the published one goes over it. Where that is fetched from is no network. */
const fixture = { base: { insteadOf: 'dpkg' }, elements: { sysprep: {} }, network: 'online' } as const;
const environment = (folder: string, more: Readonly<Record<string, string>> = {}) => ({
  DIB_CLOUD_IMAGES: `file://${folder}`,
  DIB_RELEASE: 'noble',
  ...more,
});

elementTest('unpacks the tree of a release, and installs a kernel', (element) =>
  withTrees(async (folder) => {
    const built = await element.run({ ...fixture, environment: environment(folder) });
    expect(await built.tree.read('/etc/issue')).toBe('Ubuntu 24.04\n');
    expect(await built.tree.read('/etc/apt/sources.list')).toBe(sources);
    expect(await built.calls('install-packages')).toContain('install-packages linux-image-generic');
  }),
);

elementTest('unpacks a tarball, and leads sources to a mirror, but for those that are left out', (element) =>
  withTrees(async (folder) => {
    const built = await element.run({
      ...fixture,
      environment: environment(folder, {
        BASE_IMAGE_FILE: 'noble-server-cloudimg-amd64-root.tar.gz',
        DIB_DISTRIBUTION_MIRROR: 'http://mirror.example/ubuntu',
        DIB_DISTRIBUTION_MIRROR_UBUNTU_IGNORE: '(universe|multiverse)',
        DIB_DISTRIBUTION_MIRROR_UBUNTU_INSECURE: '1',
        DIB_UBUNTU_KERNEL: 'none',
      }),
    });
    expect(await built.tree.read('/etc/apt/sources.list')).toBe(
      `deb http://mirror.example/ubuntu/ noble main\n${line} universe\n`,
    );
    expect(await built.tree.read('/etc/apt/sources.list.d/ubuntu.sources')).toContain(
      'URIs: http://mirror.example/ubuntu/\n',
    );
    expect(await built.tree.read('/etc/apt/apt.conf.d/95allow-unauthenticated')).toContain(
      'AllowUnauthenticated',
    );
    expect((await built.calls('install-packages')).join('\n')).not.toContain('linux-image');
  }),
);

elementTest('refuses a tree that is not the one that was published', (element) =>
  withTrees(async (folder) => {
    writeFileSync(join(folder, 'SHA256SUMS'), `${'0'.repeat(64)} *noble-server-cloudimg-amd64.squashfs\n`);
    const options = { ...fixture, environment: environment(folder) };
    const failed = await element.expectFailure(options);
    expect(failed.message).toContain('is not the one of the list of checksums');
  }),
);

elementTest('wants to know where trees are', async (element) => {
  const failed = await element.expectFailure(fixture);
  expect(failed.message).toContain('set DIB_CLOUD_IMAGES');
});
