import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findHostTool } from '@kiln/engine/execute/read-host-facts.ts';
import { expect, onTestFinished, test } from 'vitest';
import { identifyDiskFormat } from '../../src/disk/identify-disk-format.ts';
import { openDiskImage } from '../../src/disk/open-disk-image.ts';
import { createHostRunner } from '../../src/host/host-runner.ts';

const hasQemu = findHostTool('qemu-img') !== undefined;

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'kiln-formats-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test.skipIf(!hasQemu).each(['vmdk', 'vdi', 'vhdx', 'vpc', 'qcow2', 'raw'] as const)(
  'a disk in %s is read whatever its name',
  async (format) => {
    const place = await folder();
    const run = createHostRunner();
    const disk = Buffer.alloc(4 << 20, 'disk');
    await writeFile(join(place, 'disk'), disk);
    await run(['qemu-img', 'convert', '-f', 'raw', '-O', format, join(place, 'disk'), join(place, 'image')]);
    const image = await openDiskImage({ file: join(place, 'image'), run, temporaryDirectory: place });
    expect(image.format).toBe(format);
    const raw = await readFile(image.rawFile);
    expect(raw.subarray(0, disk.length).equals(disk)).toBe(true);
    await image.close();
  },
);

test.skipIf(!hasQemu)('an image that needs another is refused, and that one never looked at', async () => {
  const place = await folder();
  const run = createHostRunner();
  const [base, image] = [join(place, 'base'), join(place, 'image')];
  await run(['qemu-img', 'create', '-q', '-f', 'vmdk', base, '1M']);
  await run(['qemu-img', 'create', '-q', '-f', 'vmdk', '-b', base, '-F', 'vmdk', image]);
  await rm(base);
  await expect(openDiskImage({ file: image, run })).rejects.toMatchObject({
    failures: [{ code: 'artifact-unreadable', reason: 'it cannot be read without its parent' }],
  });
});

test('descriptors of several files, and differences from another disk', () => {
  expect(identifyDiskFormat(Buffer.from('# Disk DescriptorFile\nversion=1\n'))).toEqual({
    format: 'vmdk',
    needs: 'extent files',
  });
  const vpc = Buffer.alloc(512);
  vpc.write('conectix');
  vpc.writeUInt32BE(4, 60);
  expect(identifyDiskFormat(vpc)).toEqual({ format: 'vpc', needs: 'parent' });
});

test('what has no signature is raw, however short', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(512), Buffer.from('KDM')])
    expect(identifyDiskFormat(bytes)).toEqual({ format: 'raw' });
});
