import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { prepareStorePaths } from '../../src/store/store-paths.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-paths-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('the folders of a store are made, those that are there are left', async () => {
  const root = join(await temporaryFolder(), 'new/store');
  await prepareStorePaths(root);
  await writeFile(join(root, 'v1/locks/one'), '');
  const work = join(root, '../work');
  expect(await prepareStorePaths(root, work)).toMatchObject({ content: join(root, 'v1/content'), work });
  expect(await readdir(join(root, 'v1/locks'))).toEqual(['one']);
});

test('a store that cannot be is told, and is no bug', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  const reasons = {
    [file]: 'a file stands where a folder should be',
    '/proc/kiln': 'no folder can be made there',
  };
  for (const [root, reason] of Object.entries(reasons)) {
    await expect(prepareStorePaths(root)).rejects.toMatchObject({
      failures: [{ code: 'output-unwritable', folder: join(root, 'v1/content'), reason }],
    });
  }
});
