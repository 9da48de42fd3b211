import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadImage } from '../../src/app/load-image.ts';
import type { Workspace } from '../../src/app/workspace.ts';

async function formatsWith(element: string): Promise<readonly string[]> {
  const root = await mkdtemp(join(tmpdir(), 'kiln-test-'));
  try {
    const write = async (path: string, text: string): Promise<void> => {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), text);
    };
    await write('elements/system/element-provides', 'operating-system\n');
    await write(`elements/${element}/README.md`, '\n');
    await write(
      'images/box/image.yaml',
      `elements: [system, ${element}]\nskip-base: true\nformats: [qcow2, tar, raw]\n`,
    );
    const workspace = { root, elementPath: [join(root, 'elements')] } as unknown as Workspace;
    const loaded = loadImage(workspace, 'box', undefined);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.failures));
    return loaded.value.definition.formats;
  } finally {
    await rm(root, { recursive: true });
  }
}

test('an image whose elements want no disk has the formats of its tree only', async () => {
  expect(await formatsWith('no-final-image')).toEqual(['tar']);
  expect(await formatsWith('my-no-final-image')).toEqual(['tar']);
});

test('any other image has all its formats', async () => {
  expect(await formatsWith('web')).toEqual(['qcow2', 'tar', 'raw']);
});
