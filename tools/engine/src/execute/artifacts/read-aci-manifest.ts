import { readFile } from 'node:fs/promises';
import { fail } from '../../diagnostics/failure.ts';
import type { ImageDefinition } from '../../image-definition/image-definition.ts';
import type { Workbench } from '../workbench.ts';

/**
 * The text of the file that ACI_MANIFEST names, for an image that is also made as aci; without the variable a warning. Fails with
 * 'aci-manifest-unreadable' before anything is built.
 */
export async function readAciManifest(
  bench: Pick<Workbench, 'report'>,
  definition: ImageDefinition,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (!definition.formats.includes('aci')) return undefined;
  const file = definition.environment['ACI_MANIFEST'] ?? environment['ACI_MANIFEST'] ?? '';
  if (file === '') {
    bench.report({ type: 'warning', failure: { code: 'aci-without-manifest' } });
    return undefined;
  }
  return readFile(file, 'utf8').catch((error: Error) =>
    fail({ code: 'aci-manifest-unreadable', file, reason: error.message }),
  );
}
