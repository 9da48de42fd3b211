import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyFolder } from '@kiln/testkit/rig/copy-folder.ts';
import type { ImageManifest } from '@kiln/engine/execute/artifacts/image-manifest.ts';
import { findPrivilege } from '@kiln/engine/sandbox/privilege.ts';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { nxRun, testStore, workspaceRoot } from './nx-run.ts';

/** A workspace with one image alone, as its lock has it, in a folder of another name. */
async function anotherFolder(image: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'kiln somewhere else '));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await copyFolder(join(workspaceRoot, 'elements'), join(root, 'elements'));
  await copyFolder(join(workspaceRoot, 'images', image), join(root, 'images', image));
  await writeFile(join(root, 'nx.json'), '{}\n');
  return root;
}

/** An empty store, except for packages, which the lock pins anyway. */
async function anotherStore(): Promise<string> {
  const store = join(workspaceRoot, 'dist/another-test-store');
  // Package caches belong to root.
  const privilege = await findPrivilege();
  const asRoot = (...words: readonly string[]) => execa('env', [...privilege, ...words]);
  await asRoot('rm', '-rf', store);
  onTestFinished(() => asRoot('rm', '-rf', store).then(() => undefined));
  await mkdir(join(store, 'v1/caches'), { recursive: true });
  const packages = 'v1/caches/apt-debian';
  await asRoot('cp', '--archive', '--reflink=auto', join(testStore, packages), join(store, packages));
  return store;
}

async function checksum(root: string, image: string): Promise<string> {
  const text = await readFile(join(root, 'dist/images', image, `${image}.qcow2.sha256`), 'utf8');
  return text.split(' ')[0] ?? '';
}

/** Tells which step it was, where the images differ. */
async function layers(root: string, image: string): Promise<ImageManifest['layers']> {
  const text = await readFile(join(root, 'dist/images', image, 'manifest.json'), 'utf8');
  return (JSON.parse(text) as ImageManifest).layers;
}

// On a disk, not in memory: there the order in which a folder is read differs.
const elsewhere = { CI: 'true', ELEMENTS_PATH: '', LC_ALL: 'C', TZ: 'Asia/Tokyo', DIB_NO_TMPFS: '1' };

test.each(['debian-minimal-vm', 'amphora-haproxy'])(
  '%s comes out the same, bit for bit, in another folder, from an empty store, on one core and on disk',
  async (image) => {
    const first = await nxRun(`${image}:image`);
    expect(first.exitCode, first.output).toBe(0);
    const [root, store] = [await anotherFolder(image), await anotherStore()];
    const kiln = [process.execPath, join(workspaceRoot, 'tools/cli/bin/kiln.js'), '--workspace', root];
    const second = await execa('taskset', ['--cpu-list', '0', ...kiln, 'build', image], {
      cwd: root,
      env: { ...elsewhere, KILN_STORE: store },
      reject: false,
      all: true,
    });
    expect(second.exitCode, second.all).toBe(0);
    expect(second.all, 'it was made anew').toMatch(/root: hook root\.d\/08-bootstrap/);
    expect(await layers(root, image), 'steps in order').toEqual(await layers(workspaceRoot, image));
    expect(await checksum(root, image)).toBe(await checksum(workspaceRoot, image));
  },
);
