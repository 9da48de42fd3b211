import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unwritableOutputs } from '../../../src/compat/disk-image-create/check-writable.ts';
import {
  elementPathOf,
  overrideLines,
  ownElementsFolder,
} from '../../../src/compat/disk-image-create/element-path.ts';
import { outputFilesOf } from '../../../src/compat/disk-image-create/output-files.ts';
import { parseDiskImageArguments } from '../../../src/compat/disk-image-create/parse-disk-image-arguments.ts';
import { sweepRecords } from '../../../src/compat/disk-image-create/sweep-records.ts';

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-outputs-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function filesOf(line: string, environment: Readonly<Record<string, string>>) {
  const parsed = parseDiskImageArguments(line.split(' '), environment, 'disk');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failures));
  return outputFilesOf(parsed.value, { cwd: '/work', kept: () => {} });
}

test('the store is KILN_STORE, else in a cache that is named, else the usual one', () => {
  const home = { HOME: '/home/me' };
  expect(filesOf('debian', home).store).toBe('/home/me/.cache/kiln');
  expect(filesOf('debian', { ...home, KILN_STORE: 'st' }).store).toBe('/work/st');
  expect(filesOf('--image-cache /big debian', home).store).toBe('/big/kiln');
  expect(filesOf('debian', { ...home, DIB_IMAGE_CACHE: '/big' }).store).toBe('/big/kiln');
  expect(filesOf('--image-cache /big debian', { ...home, KILN_STORE: '/st' }).store).toBe('/st');
  expect(filesOf('--image-cache /home/me/.cache/image-create debian', home).store).toBe(
    '/home/me/.cache/kiln',
  );
});

test('outputs lie where -o says, records in the store, each output with its own', () => {
  const { base, place, shown } = filesOf('-o out/web debian', { KILN_STORE: '/st' });
  expect(base).toBe('/work/out/web');
  expect(place.directory).toBe('/work/out');
  expect(place.shownDirectory).toBe('out');
  expect(place.records).toMatch(/^\/st\/outputs\/web-[0-9a-f]{16}$/);
  expect(shown('/work/out/web.qcow2')).toBe('out/web.qcow2');
  expect(filesOf('-o other/web debian', { KILN_STORE: '/st' }).place.records).not.toBe(place.records);
  expect(filesOf('-o web debian', {}).place.shownDirectory).toBeUndefined();
});

test('what cannot be written is told before anything is built', async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'file'), '');
    const check = (outputName: string, logFile?: string) =>
      unwritableOutputs({ outputName, logFile }, folder);
    expect(check('new/deeper/web', 'logs/build.log')).toEqual([]);
    expect(check('file/web')).toEqual([
      {
        code: 'output-unwritable',
        folder: join(folder, 'file'),
        reason: `${join(folder, 'file')} is no folder`,
      },
    ]);
    expect(check('web', 'file/build.log')).toHaveLength(1);
  });
});

test('records of outputs that nobody builds any more go', async () => {
  await inFolder(async (folder) => {
    const now = new Date(Date.UTC(2026, 0, 31));
    for (const [name, day] of [
      ['old', 1],
      ['recent', 25],
      ['mine', 1],
    ] as const) {
      await mkdir(join(folder, name));
      const time = new Date(Date.UTC(2026, 0, day));
      await utimes(join(folder, name), time, time);
    }
    await sweepRecords(join(folder, 'mine'), now);
    expect((await readdir(folder)).toSorted()).toEqual(['mine', 'recent']);
  });
});

test("the user's folders come before Kiln's own elements", () => {
  expect(elementPathOf({}, '/work')).toEqual([ownElementsFolder]);
  expect(elementPathOf({ ELEMENTS_PATH: 'mine:/theirs::' }, '/work')).toEqual([
    '/work/mine',
    '/theirs',
    ownElementsFolder,
  ]);
});

test('an element that hides another is told: one by one, or in a line where it is one of ours', async () => {
  await inFolder(async (folder) => {
    for (const path of ['a/web', 'b/web', 'b/vm', 'b/only'])
      await mkdir(join(folder, path), { recursive: true });
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    const elements = [
      { name: 'only', directory: join(b, 'only') },
      { name: 'vm', directory: join(b, 'vm') },
      { name: 'web', directory: join(a, 'web') },
    ];
    expect(overrideLines(elements, [a, b, ownElementsFolder])).toEqual([
      `WARNING Element <${join(a, 'web')}> overrides <${join(b, 'web')}>`,
      "kiln: ELEMENTS_PATH takes the place of Kiln's own: vm",
    ]);
  });
});
