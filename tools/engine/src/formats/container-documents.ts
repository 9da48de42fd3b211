import { digestOf } from '../fingerprint/digest.ts';
import { type ContainerReference, fullReference } from './container-reference.ts';

/** The one layer of a container image: the tree as a tar archive, compressed by gzip. */
export interface ContainerLayer {
  /** SHA-256 of the file. */
  readonly digest: string;
  /** SHA-256 of the archive before compression. */
  readonly diffId: string;
  readonly sizeBytes: number;
}

/** What a container image says of itself. */
export interface ContainerFacts {
  readonly layer: ContainerLayer;
  /** Debian's name of it. */
  readonly architecture: string;
  readonly epochSeconds: number;
  /** An OCI layout has only the tag of it. */
  readonly reference: ContainerReference;
}

/** A small file of an archive; paths are relative to its root. */
export interface ContainerDocument {
  readonly path: string;
  readonly text: string;
}

/**
 * The documents around the layer of a container image: those of an OCI image layout (OCI Image Format Specification 1.0: image layout,
 * index, manifest, configuration), and with 'docker' also the `manifest.json` that `docker load` reads (Docker Image Specification
 * 1.2, "Combined Image JSON + Filesystem Changeset Format"). Docker takes its blobs from the same places. Pure; equal facts give equal text.
 */
export function containerDocuments(
  format: 'oci' | 'docker',
  facts: ContainerFacts,
): readonly ContainerDocument[] {
  const { layer, reference } = facts;
  const config = blob(configurationOf(facts));
  const manifest = blob({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config.descriptor },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: `sha256:${layer.digest}`,
        size: layer.sizeBytes,
      },
    ],
  });
  const { repository, tag } = reference;
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        ...manifest.descriptor,
        annotations: {
          ...(format === 'docker' ? { 'io.containerd.image.name': fullReference(reference) } : {}),
          'org.opencontainers.image.ref.name': tag,
        },
      },
    ],
  };
  const layers = [`blobs/sha256/${layer.digest}`];
  const docker = [{ Config: config.path, RepoTags: [`${repository}:${tag}`], Layers: layers }];
  return [
    config,
    manifest,
    { path: 'index.json', text: JSON.stringify(index) },
    { path: 'oci-layout', text: JSON.stringify({ imageLayoutVersion: '1.0.0' }) },
    ...(format === 'docker' ? [{ path: 'manifest.json', text: JSON.stringify(docker) }] : []),
  ];
}

function configurationOf({ layer, architecture, epochSeconds }: ContainerFacts): object {
  const created = new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z');
  return {
    created,
    ...platforms[architecture],
    os: 'linux',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: ['/bin/sh'],
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer.diffId}`] },
    history: [{ created, created_by: 'kiln' }],
  };
}

/** Go's names of Debian's architectures. */
const platforms: Readonly<Record<string, { readonly architecture: string; readonly variant?: string }>> = {
  amd64: { architecture: 'amd64' },
  arm64: { architecture: 'arm64', variant: 'v8' },
  armhf: { architecture: 'arm', variant: 'v7' },
  i386: { architecture: '386' },
  ppc64el: { architecture: 'ppc64le' },
  s390x: { architecture: 's390x' },
};

function blob(value: object): ContainerDocument & { readonly descriptor: { digest: string; size: number } } {
  const text = JSON.stringify(value);
  const digest = digestOf(text);
  return {
    path: `blobs/sha256/${digest}`,
    text,
    descriptor: { digest: `sha256:${digest}`, size: Buffer.byteLength(text) },
  };
}
