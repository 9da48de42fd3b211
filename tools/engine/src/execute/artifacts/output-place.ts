import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Digest } from '../../fingerprint/digest.ts';
import { extensionOf, type Naming } from '../../formats/image-format.ts';
import { type ChecksumKind, checksumLine, digestForChecksum } from '../../formats/write-checksum.ts';
import type { ImageFormat } from '../../image-definition/image-definition.ts';
import type { ContentStore } from '../../store/content-store.ts';
import { writeWhole } from '../write-whole.ts';

/** Where the artifacts of an image go, and what is kept beside them. All paths are absolute. */
export interface OutputPlace {
  readonly directory: string;
  /** Where `manifest.json` and `receipt.json` go; by default beside the artifacts. */
  readonly records: string;
  readonly checksums: readonly ChecksumKind[];
  /** Endings of the artifacts' files; by default 'kiln'. */
  readonly naming?: Naming | undefined;
  /** The directory as the user gave it, for checksum files that name it as diskimage-builder's do; undefined: they hold bare names. */
  readonly shownDirectory?: string | undefined;
  /** Called before an artifact takes the place of a file with other content. By default that one is lost. */
  readonly beforeReplacing?: ((file: string) => Promise<void>) | undefined;
}

/** A folder of the image's own: artifacts, records and SHA-256 checksums side by side. */
export function ownDirectory(directory: string): OutputPlace {
  return { directory, records: directory, checksums: ['sha256'] };
}

/** Full path of an artifact. */
export function artifactFile(
  place: Pick<OutputPlace, 'directory' | 'naming'>,
  image: string,
  format: ImageFormat,
): string {
  return join(place.directory, `${image}.${extensionOf(format, place.naming)}`);
}

/** Gives the owner of a file the chance to keep it before it is replaced. */
export async function aboutToReplace(place: OutputPlace, file: string): Promise<void> {
  if (place.beforeReplacing !== undefined && existsSync(file)) await place.beforeReplacing(file);
}

/** Has a checksum file of each wanted kind beside an artifact. An MD5 is computed once, and then known by the digest. */
export async function placeChecksums(
  store: ContentStore,
  place: OutputPlace,
  { file, digest }: { readonly file: string; readonly digest: Digest },
): Promise<void> {
  for (const kind of place.checksums) {
    const value = kind === 'sha256' ? digest : await knownDigest(store, { kind, file, digest });
    await writeWhole(
      `${file}.${kind}`,
      checksumLine(value, join(place.shownDirectory ?? '', basename(file))),
    );
  }
}

async function knownDigest(
  store: ContentStore,
  { kind, file, digest }: { readonly kind: ChecksumKind; readonly file: string; readonly digest: Digest },
): Promise<string> {
  const key = `${kind} of ${digest}`;
  const known = await store.find<{ readonly value: string }>(key);
  if (known !== undefined) return known.metadata.value;
  const value = await digestForChecksum(kind, file);
  await store.commitBytes(key, Buffer.from(value), { value });
  return value;
}
