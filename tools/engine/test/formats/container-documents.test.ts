import { expect, test } from 'vitest';
import { digestOf } from '../../src/fingerprint/digest.ts';
import { containerDocuments, type ContainerFacts } from '../../src/formats/container-documents.ts';

const facts: ContainerFacts = {
  layer: { digest: 'a'.repeat(64), diffId: 'b'.repeat(64), sizeBytes: 7 },
  architecture: 'armhf',
  epochSeconds: 1_600_000_000,
  reference: { repository: 'team/box', tag: '2' },
};

const read = (format: 'oci' | 'docker') =>
  new Map(containerDocuments(format, facts).map(({ path, text }) => [path, text]));

function json(documents: ReadonlyMap<string, string>, path: string): unknown {
  return JSON.parse(documents.get(path) ?? '');
}

test('each document is found by the digest of the one before it, down to the layer', () => {
  const documents = read('oci');
  const index = json(documents, 'index.json') as { manifests: { digest: string; size: number }[] };
  const [entry] = index.manifests;
  expect(entry).toMatchObject({ annotations: { 'org.opencontainers.image.ref.name': '2' } });
  const manifestPath = entry?.digest.replace('sha256:', 'blobs/sha256/') ?? '';
  expect(digestOf(documents.get(manifestPath) ?? '')).toBe(manifestPath.slice(-64));
  const manifest = json(documents, manifestPath) as { config: { digest: string; size: number } };
  expect(manifest).toMatchObject({ layers: [{ digest: `sha256:${'a'.repeat(64)}`, size: 7 }] });
  const configPath = manifest.config.digest.replace('sha256:', 'blobs/sha256/');
  expect(documents.get(configPath)).toHaveLength(manifest.config.size);
  expect(json(documents, configPath)).toMatchObject({
    architecture: 'arm',
    variant: 'v7',
    os: 'linux',
    created: '2020-09-13T12:26:40Z',
    rootfs: { diff_ids: [`sha256:${'b'.repeat(64)}`] },
  });
  expect([...documents.keys()]).not.toContain('manifest.json');
});

test("Docker's manifest names the image and points to the same blobs", () => {
  const [image] = json(read('docker'), 'manifest.json') as { Config: string }[];
  expect(image).toMatchObject({ RepoTags: ['team/box:2'], Layers: [`blobs/sha256/${'a'.repeat(64)}`] });
  expect(read('docker').has(image?.Config ?? '')).toBe(true);
  expect(read('docker').get('index.json')).toContain('"docker.io/team/box:2"');
});
