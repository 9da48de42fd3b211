import type { DiskLayout } from '../block-device/disk-layout.ts';
import type { ResolvedImage } from '../elements/resolved-image.ts';
import { ownLayers } from '../layers/layer-record.ts';
import type { ImageArtifact } from './ensure-artifacts.ts';
import type { StepState } from './ensure-steps.ts';
import type { TreeContents } from './make-artifacts.ts';
import { basename } from 'node:path';

/** What an image contains and what it was made of; written as `manifest.json` beside the artifacts. Holds no time and no path. */
export interface ImageManifest {
  readonly formatVersion: 1;
  readonly image: string;
  readonly description: string;
  readonly architecture: string;
  readonly elements: readonly string[];
  readonly packages: TreeContents['packages'];
  readonly layers: readonly { readonly step: string; readonly digest: string; readonly sizeBytes: number }[];
  /** The outside world as it was taken in: indexes, commits, files. */
  readonly sources: Readonly<Record<string, string>>;
  /** The disk inside the artifacts, in bytes; null where all are archives. */
  readonly disk: DiskLayout | null;
  readonly artifacts: readonly {
    readonly format: string;
    readonly file: string;
    readonly sizeBytes: number;
    readonly sha256: string;
  }[];
}

/** Puts the manifest together. Pure. */
export function imageManifest(
  image: ResolvedImage,
  states: readonly StepState[],
  result: {
    readonly artifacts: readonly ImageArtifact[];
    readonly contents: TreeContents;
    readonly sources: Readonly<Record<string, string>>;
  },
): ImageManifest {
  const layers = states.flatMap(({ step, record, below }) =>
    ownLayers(record, below).map((layer) => ({ step: step.name, ...layer })),
  );
  return {
    formatVersion: 1,
    image: image.definition.name,
    description: image.definition.description,
    architecture: image.definition.architecture,
    elements: image.elements.map((element) => element.name),
    packages: result.contents.packages,
    layers,
    sources: result.sources,
    disk: result.artifacts.find((artifact) => artifact.disk !== undefined)?.disk ?? null,
    artifacts: result.artifacts.map(({ format, file, sizeBytes, digest }) => ({
      format,
      file: basename(file),
      sizeBytes,
      sha256: digest,
    })),
  };
}
