import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DiskLayout } from '../../../src/block-device/disk-layout.ts';
import {
  digestAreas,
  freeAreas,
  readArea,
  writeAreas,
} from '../../../src/block-device/writing/free-areas.ts';
import {
  parseBlockDevice,
  wholeDiskConfiguration,
} from '../../../src/block-device/configuration/parse-block-device.ts';
import { planDiskLayout } from '../../../src/block-device/layout/plan-disk-layout.ts';
import { createRunner } from '../../../src/sandbox/command-runner.ts';
import { efiConfiguration, mbrConfiguration } from '../configurations.ts';

const mebibyte = 2 ** 20;

function layoutOf(configuration: unknown, treeBytes = 0): DiskLayout {
  const graph = parseBlockDevice(configuration);
  if (!graph.ok) throw new Error('the configuration of this test is wrong');
  const tree = { treeBytes, treeInodes: 0, rootFilesystem: 'ext4', seed: 'seed' };
  const layout = planDiskLayout({ graph: graph.value, ...tree });
  if (!layout.ok) throw new Error('the tree of this test does not fit');
  return layout.value;
}

test('free are the boot code, the gap and small partitions without a filesystem', () => {
  expect(freeAreas(layoutOf(mbrConfiguration))).toEqual([
    { name: 'boot code', offsetBytes: 0, sizeBytes: 440, forBiosGrub: true },
    { name: 'gap', offsetBytes: 512, sizeBytes: mebibyte - 512, forBiosGrub: true },
  ]);
  expect(freeAreas(layoutOf(efiConfiguration)).map(({ name, forBiosGrub }) => [name, forBiosGrub])).toEqual([
    ['boot code', true],
    ['gap', false],
    ['partition BSP', true],
  ]);
  expect(freeAreas(layoutOf(wholeDiskConfiguration))).toEqual([]);
});

test('a gap begins behind the entries of a gpt, and table and filesystems are in no area', () => {
  const layout = layoutOf(efiConfiguration);
  const areas = freeAreas(layout);
  expect(areas[1]?.offsetBytes).toBe(34 * 512);
  for (const { offsetBytes, sizeBytes } of areas) {
    for (const filesystem of layout.filesystems) {
      const apart =
        offsetBytes + sizeBytes <= filesystem.offsetBytes ||
        offsetBytes >= filesystem.offsetBytes + filesystem.sizeBytes;
      expect(apart).toBe(true);
    }
  }
});

test('what was written to an area is found, and goes to the same area of a larger disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-areas-'));
  const run = createRunner([]);
  try {
    const [small, large] = [layoutOf(efiConfiguration), layoutOf(efiConfiguration, 500 * mebibyte)];
    const [before, after] = [join(folder, 'before.raw'), join(folder, 'after.raw')];
    await writeFile(before, '');
    await truncate(before, small.sizeBytes);
    const areas = freeAreas(small);
    const pristine = await digestAreas(run, before, areas);
    const bsp = areas[2];
    if (bsp === undefined) throw new Error('no BIOS boot partition');
    await run(['dd', `of=${before}`, 'oflag=seek_bytes', `seek=${bsp.offsetBytes + 5}`, 'conv=notrunc'], {
      input: Buffer.from('loader'),
    });
    const now = await digestAreas(run, before, areas);
    expect(areas.filter((_, index) => pristine[index] !== now[index])).toEqual([bsp]);
    const written = await readArea(run, before, bsp);
    expect(Buffer.from(written.base64, 'base64')).toEqual(Buffer.from('\0\0\0\0\0loader'));

    await writeFile(after, '');
    await truncate(after, large.sizeBytes);
    const tooLarge = { name: 'boot code', base64: Buffer.alloc(441, 1).toString('base64') };
    const unknown = { name: 'partition gone', base64: 'AAAA' };
    await writeAreas(run, { layout: large, diskFile: after }, [written, tooLarge, unknown]);
    const [bootCode, , bspNow] = freeAreas(large);
    if (bootCode === undefined || bspNow === undefined) throw new Error('areas are missing');
    expect(await readArea(run, after, bspNow)).toEqual(written);
    expect((await readArea(run, after, bootCode)).base64).toBe('');
  } finally {
    await rm(folder, { recursive: true });
  }
});
