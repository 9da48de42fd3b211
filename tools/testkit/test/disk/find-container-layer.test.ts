import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { expect, onTestFinished, test } from 'vitest';
import { findContainerLayer } from '../../src/disk/find-container-layer.ts';

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

async function archive(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-container-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, 'tree', path)), { recursive: true });
    await writeFile(join(folder, 'tree', path), text);
  }
  const args = ['--create', `--file=${folder}/a.tar`, `--directory=${folder}/tree`, '.'];
  expect(await runCommand({ file: 'tar', args })).toMatchObject({ ok: true });
  return join(folder, 'a.tar');
}

function layout(layers: readonly string[]): Record<string, string> {
  const blobs = layers.map((text) => ({ digest: digestOf(text), text }));
  const manifest = JSON.stringify({ layers: blobs.map(({ digest }) => ({ digest: `sha256:${digest}` })) });
  const index = { manifests: [{ digest: `sha256:${digestOf(manifest)}` }] };
  return {
    'oci-layout': '{}',
    'index.json': JSON.stringify(index),
    [`blobs/sha256/${digestOf(manifest)}`]: manifest,
    ...Object.fromEntries(blobs.map(({ digest, text }) => [`blobs/sha256/${digest}`, text])),
  };
}

async function textOf(file: string): Promise<string | undefined> {
  const layer = await findContainerLayer(file);
  if (layer === undefined) return undefined;
  const bytes = await readFile(file);
  return bytes.toString('utf8', layer.offsetBytes, layer.offsetBytes + layer.sizeBytes);
}

test('the layer of an OCI layout, and of an archive of docker save', async () => {
  expect(await textOf(await archive(layout(['the layer'])))).toBe('the layer');
  const docker = { 'manifest.json': '[{"Layers":["ab/layer.tar"]}]', 'ab/layer.tar': 'old form' };
  expect(await textOf(await archive(docker))).toBe('old form');
});

test('an archive of a tree is none', async () => {
  expect(await textOf(await archive({ 'etc/hostname': 'x' }))).toBeUndefined();
});

test('several layers are no one tree', async () => {
  await expect(textOf(await archive(layout(['a', 'b'])))).rejects.toThrow('2 layers');
});
