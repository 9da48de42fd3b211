import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { datedName, keepEarlierOutput } from '../../src/formats/keep-earlier-output.ts';

const now = new Date(2026, 0, 2, 3, 4, 5);

test('an earlier output gets the time in its name, and its checksums go with it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-output-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'image.v1.qcow2');
  expect(await keepEarlierOutput(file, now)).toBeUndefined();
  for (const ending of ['', '.md5', '.sha256']) await writeFile(`${file}${ending}`, ending);
  const kept = join(folder, 'image.v1-2026.01.02-03.04.05.qcow2');
  expect(await keepEarlierOutput(file, now)).toBe(kept);
  expect((await readdir(folder)).toSorted()).toEqual(
    ['', '.md5', '.sha256'].map((ending) => `image.v1-2026.01.02-03.04.05.qcow2${ending}`),
  );
});

test('a file without an ending has the time at its end', () => {
  expect(datedName('/a/image', now)).toBe('/a/image-2026.01.02-03.04.05');
});
