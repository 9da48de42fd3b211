import type { DiskLayout } from '../../block-device/disk-layout.ts';
import type { ResolvedImage } from '../../elements/resolved-image.ts';
import { ownLayers } from '../../layers/layer-record.ts';
import type { ImageArtifact } from './ensure-artifacts.ts';
import type { ExportedVariables } from './exported-variables.ts';
import type { StepState } from '../steps/ensure-steps.ts';
import { type BuildInputs, digestOfElement } from './describe-inputs.ts';
import type { SystemRelease, TreeContents } from './tree-contents.ts';
import { basename } from 'node:path';

/**
 * What an image contains and what it was made of; written as `manifest.json` beside the artifacts. Holds no time of the build, no secret,
 * and no path of the host but what the user put into a variable.
 */
export interface ImageManifest {
  readonly formatVersion: 1;
  readonly image: string;
  readonly description: string;
  readonly architecture: string;
  /** The newest time that a file of the image can have: that of the newest package index. ISO 8601, UTC. */
  readonly sourceDate: string;
  /** Digests of the elements' files, by name. */
  readonly elements: Readonly<Record<string, string>>;
  /** What of the environment and the host counted in some step's key. */
  readonly environment: BuildInputs['environment'];
  /** What hooks saw in the variables that the elements' checks look at, whoever set them. */
  readonly exported: ExportedVariables;
  readonly host: BuildInputs['host'];
  readonly system: SystemRelease | null;
  readonly packages: TreeContents['packages'];
  /** Python distributions that no package brought. */
  readonly python: TreeContents['python'];
  readonly layers: readonly { readonly step: string; readonly digest: string; readonly sizeBytes: number }[];
  /** The outside world as it was taken in: indexes, commits, files. */
  readonly sources: Readonly<Record<string, string>>;
  /** The same in full: the entries of the lock. */
  readonly lock: BuildInputs['lock'];
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
    readonly inputs: BuildInputs;
    readonly exported: ExportedVariables;
    readonly epochSeconds: number;
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
    sourceDate: new Date(result.epochSeconds * 1000).toISOString(),
    elements: Object.fromEntries(image.elements.map((element) => [element.name, digestOfElement(element)])),
    environment: result.inputs.environment,
    exported: result.exported,
    host: result.inputs.host,
    system: result.contents.system ?? null,
    packages: result.contents.packages,
    python: result.contents.python,
    layers,
    sources: result.sources,
    lock: result.inputs.lock,
    disk: result.artifacts.find((artifact) => artifact.disk !== undefined)?.disk ?? null,
    artifacts: result.artifacts.map(({ format, file, sizeBytes, digest }) => ({
      format,
      file: basename(file),
      sizeBytes,
      sha256: digest,
    })),
  };
}
