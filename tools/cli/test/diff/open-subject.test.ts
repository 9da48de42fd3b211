import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildFailure } from '@kiln/engine/diagnostics/failure.ts';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/app/workspace.ts';
import { findSubject } from '../../src/diff/open-subject.ts';

async function workspaceWith(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'kiln-subject-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return { root, workspace: openWorkspace(root, {}) };
}

const manifest = (artifact: string) =>
  JSON.stringify({ formatVersion: 1, image: 'web', layers: [], artifacts: [{ file: artifact }] });

const built = {
  'images/web/image.yaml': '',
  'dist/images/web/manifest.json': manifest('web.qcow2'),
  'dist/images/web/web.qcow2': 'disk',
  'dist/images/web.small/manifest.json': manifest('web.tar'),
};

const codeOf = (find: () => unknown): string | undefined => {
  try {
    find();
  } catch (error) {
    if (error instanceof BuildFailure) return error.failures[0]?.code;
    throw error;
  }
  return undefined;
};

test('an image is what its last build left; a configuration of it has a folder of its own', async () => {
  const { root, workspace } = await workspaceWith(built);
  expect(findSubject('web', workspace)).toMatchObject({
    artifact: join(root, 'dist/images/web/web.qcow2'),
    reads: 'layers if possible',
  });
  expect(findSubject('web:small', workspace)).toMatchObject({
    artifact: undefined,
    manifest: { image: 'web' },
  });
});

test('a manifest, a folder with one, and an artifact, with the manifest beside it if it is of that build', async () => {
  const { root } = await workspaceWith({ ...built, 'dist/images/web/other.qcow2': 'x' });
  const at = (path: string) => findSubject(join(root, 'dist/images/web', path), undefined);
  expect(at('manifest.json').manifest?.image).toBe('web');
  expect(at('').manifest?.image).toBe('web');
  expect(at('web.qcow2')).toMatchObject({ reads: 'artifact', manifest: { image: 'web' } });
  expect(at('other.qcow2').manifest).toBeUndefined();
});

test('what cannot be meant is told: no such image, no such file, not built, no manifest', async () => {
  const { root, workspace } = await workspaceWith({
    'images/web/image.yaml': '',
    'some.json': '{"formatVersion": 7}',
  });
  expect(codeOf(() => findSubject('wbe', workspace))).toBe('image-not-found');
  expect(codeOf(() => findSubject('./wbe.qcow2', workspace))).toBe('artifact-unreadable');
  expect(codeOf(() => findSubject('web', workspace))).toBe('not-built');
  expect(codeOf(() => findSubject(join(root, 'some.json'), workspace))).toBe('artifact-unreadable');
});
