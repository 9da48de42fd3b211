import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageManifest } from '@kiln/engine/execute/artifacts/image-manifest.ts';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nxRun, testStore, workspaceRoot } from './nx-run.ts';
import { fetchOctaviaSource, type OctaviaSource } from './octavia-source.ts';

const kiln = join(workspaceRoot, 'tools/cli/bin/kiln.js');
const image = 'amphora-haproxy';
const configuration = 'source-on-debian';

describe('amphora-haproxy with an agent from source', () => {
  let workspace = '';
  let source: OctaviaSource;

  beforeAll(async () => {
    // Its system, its lock and its downloads serve this configuration as well.
    const amphora = await nxRun(`${image}:image`);
    expect(amphora.exitCode, amphora.output).toBe(0);
    workspace = await mkdtemp(join(tmpdir(), 'kiln-agent-'));
    await mkdir(join(workspace, 'source'));
    source = await fetchOctaviaSource(join(workspace, 'source'), 'bookworm');
    // A workspace of its own, for the lock will name a repository that does not stay.
    const folder = join(workspace, 'images', image);
    await mkdir(folder, { recursive: true });
    await writeFile(join(workspace, 'nx.json'), '{}');
    await symlink(join(workspaceRoot, 'elements'), join(workspace, 'elements'));
    for (const name of ['image.yaml', 'image.lock.json'])
      await copyFile(join(workspaceRoot, 'images', image, name), join(folder, name));
  });

  afterAll(async () => {
    await rm(workspace, { recursive: true, force: true });
  });

  const run = (command: string) =>
    execa(process.execPath, [kiln, '-C', workspace, command, image, '--configuration', configuration], {
      env: {
        KILN_STORE: testStore,
        ELEMENTS_PATH: '',
        DIB_REPOLOCATION_amphora_agent: source.repository,
        DIB_REPOREF_amphora_agent: source.version,
      },
      reject: false,
      all: true,
    });

  test('is built from git and Debian’s libraries, and passes every offline check', async () => {
    const built = await run('build');
    expect(built.exitCode, built.all).toBe(0);
    // The system is that of the amphora with Debian's agent.
    expect(built.all).toMatch(/root +cached/u);
    expect(built.all).toContain('post-install.d/96-agent-loads (amphora-agent)');

    const output = join(workspace, 'dist/images', `${image}.${configuration}`);
    const manifest = JSON.parse(await readFile(join(output, 'manifest.json'), 'utf8')) as ImageManifest;
    const names = manifest.packages.map(({ name }) => name);
    expect(names).toContain('python3-oslo.config');
    expect(names).not.toContain('octavia-agent');
    expect(manifest.python).toContainEqual(
      expect.objectContaining({ name: 'octavia', version: source.version }),
    );
    expect(manifest.lock).toContainEqual(
      expect.objectContaining({ kind: 'git', name: 'amphora-agent', commit: source.commit }),
    );

    const verified = await run('verify');
    expect(verified.exitCode, verified.all).toBe(0);
    expect(verified.all).toContain(`from source, commit ${source.commit}`);
    expect(verified.all).toMatch(/passed: 1\d\d passed, 0 failed/u);
  });
});
