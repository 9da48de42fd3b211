import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../fingerprint/digest.ts';
import type { ImageManifest } from './image-manifest.ts';
import type { Workbench } from '../workbench.ts';
import { writeWhole } from '../write-whole.ts';

/**
 * Writes the bill of materials of an image beside its manifest, as `<image>.cdx.json`.
 *
 * It is kept in the store under the digest of the manifest: loading the library that writes it takes longer than all else that an unchanged
 * image needs.
 */
export async function writeBillOfMaterials(
  { store }: Pick<Workbench, 'store'>,
  directory: string,
  manifest: ImageManifest,
): Promise<void> {
  const version = await kilnVersion();
  const key = `bill of materials ${digestOf(JSON.stringify([version, manifest]))}`;
  const kept = await store.find(key);
  const blob = kept === undefined ? undefined : await store.locate(kept.digest);
  const text = blob === undefined ? await make(manifest, version) : await readFile(blob, 'utf8');
  if (blob === undefined) await store.commitBytes(key, Buffer.from(text), null);
  await writeWhole(join(directory, `${manifest.image}.cdx.json`), text);
}

async function make(manifest: ImageManifest, version: string): Promise<string> {
  const { billOfMaterials } = await import('./bill-of-materials.ts');
  return billOfMaterials(manifest, version);
}

async function kilnVersion(): Promise<string> {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
