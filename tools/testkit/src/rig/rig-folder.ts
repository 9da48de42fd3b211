import { mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const overlayfs = 0x794c7630;

/**
 * Makes a temporary folder in which builds can work. An overlay cannot stand on an overlay, which is what the temporary
 * folder of a container is; then its shared memory serves. KILN_TEST_FOLDER goes before both.
 */
export async function makeRigFolder(): Promise<string> {
  for (const parent of [process.env['KILN_TEST_FOLDER'], tmpdir(), '/var/tmp', '/dev/shm']) {
    if (parent === undefined || parent === '') continue;
    const type = await statfs(parent).then(
      (it) => it.type,
      () => overlayfs,
    );
    if (type !== overlayfs) return mkdtemp(join(parent, 'kiln-rig-'));
  }
  throw new Error('no folder outside of an overlay filesystem: name one in KILN_TEST_FOLDER');
}
