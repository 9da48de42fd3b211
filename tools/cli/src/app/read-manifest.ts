import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageManifest } from '@kiln/engine/execute/artifacts/image-manifest.ts';

/** The manifest that the last build left in an output directory; undefined where there is none. */
export function readManifest(directory: string): ImageManifest | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as ImageManifest;
  } catch {
    return undefined;
  }
}
