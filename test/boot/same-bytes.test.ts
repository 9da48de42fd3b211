import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { nxRun, testStore, workspaceRoot } from './nx-run.ts';

const image = 'debian-minimal-vm';

/** A workspace with this image alone, as its lock has it, in a folder of another name. */
async function anotherFolder(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'kiln somewhere else '));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await cp(join(workspaceRoot, 'elements'), join(root, 'elements'), { recursive: true });
  await cp(join(workspaceRoot, 'images', image), join(root, 'images', image), { recursive: true });
  await writeFile(join(root, 'nx.json'), '{}\n');
  return root;
}

/** An empty store, except for packages, which the lock pins anyway. */
async function anotherStore(): Promise<string> {
  const store = join(workspaceRoot, 'dist/another-test-store');
  const remove = () => rm(store, { recursive: true, force: true });
  await remove();
  onTestFinished(remove);
  await mkdir(join(store, 'v1/caches'), { recursive: true });
  const packages = 'v1/caches/apt-debian';
  await execa('cp', ['--archive', '--reflink=auto', join(testStore, packages), join(store, packages)]);
  return store;
}

async function checksum(root: string): Promise<string> {
  const text = await readFile(join(root, 'dist/images', image, `${image}.qcow2.sha256`), 'utf8');
  return text.split(' ')[0] ?? '';
}

test(`${image} comes out the same, bit for bit, in another folder, from an empty store, on one core`, async () => {
  const first = await nxRun(`${image}:image`);
  expect(first.exitCode, first.output).toBe(0);
  const [root, store] = [await anotherFolder(), await anotherStore()];
  const kiln = [process.execPath, join(workspaceRoot, 'tools/cli/bin/kiln.js'), '--workspace', root];
  const second = await execa('taskset', ['--cpu-list', '0', ...kiln, 'build', image], {
    cwd: root,
    env: {
      CI: 'true',
      KILN_STORE: store,
      ELEMENTS_PATH: '',
      LC_ALL: 'C',
      TZ: 'Asia/Tokyo',
      DIB_NO_TMPFS: '1',
    },
    reject: false,
    all: true,
  });
  expect(second.exitCode, second.all).toBe(0);
  expect(second.all, 'it was made anew').toMatch(/root: hook root\.d\/08-bootstrap/);
  expect(await checksum(root)).toBe(await checksum(workspaceRoot));
});
