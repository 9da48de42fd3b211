import { expect, test } from 'vitest';
import { recordingRunner } from '../block-device/recording-runner.ts';
import type { DiskConversion } from '../../src/formats/convert-disk.ts';
import { convertDisk } from '../../src/formats/convert-disk.ts';

async function commandsOf(conversion: Partial<DiskConversion>): Promise<readonly string[]> {
  const { run, commands } = recordingRunner();
  const base = {
    format: 'qcow2',
    diskFile: '/w/disk',
    targetFile: '/w/out',
    compression: 'zstd',
    seed: 's',
    source: 'keep',
  } as const;
  await convertDisk({ ...base, ...conversion, run });
  return commands.map((command) => command.join(' '));
}

test('a raw disk is moved or copied with its holes', async () => {
  expect(await commandsOf({ format: 'raw', source: 'move' })).toContain('mv /w/disk /w/out.part');
  expect(await commandsOf({ format: 'raw' })).toContain(
    'cp --sparse=always --reflink=auto /w/disk /w/out.part',
  );
});

test('options of the user have qemu-img write the qcow2, and win', async () => {
  const commands = await commandsOf({ options: 'cluster_size=2M' });
  expect(commands).toContain(
    'qemu-img convert -q -f raw -O qcow2 -c -o compat=1.1,compression_type=zstd,cluster_size=2M /w/disk /w/out.part',
  );
  expect(await commandsOf({ options: 'compat=0.10' })).toContain(
    'qemu-img convert -q -f raw -O qcow2 -c -o compat=0.10 /w/disk /w/out.part',
  );
});

test('the target appears by a rename, and nothing half-written stays after a failure', async () => {
  expect((await commandsOf({ format: 'raw' })).at(-1)).toBe('mv -f /w/out.part /w/out');
  const { run, commands } = recordingRunner({ failing: 'cp', stderr: 'cp: No space left on device' });
  const conversion = {
    format: 'raw',
    diskFile: '/w/disk',
    targetFile: '/w/out',
    compression: 'none',
    seed: '',
    source: 'keep',
  } as const;
  await expect(convertDisk({ ...conversion, run })).rejects.toMatchObject({
    failures: [{ code: 'disk-full' }],
  });
  expect(commands.at(-1)).toEqual(['rm', '-f', '/w/out.part']);
});

test('vhd-util writes a vhd in two steps on a copy, where it is wanted', async () => {
  const { run, commands } = recordingRunner();
  // Its footers hold random identifiers; there is none in this recording.
  const conversion = {
    format: 'vhd',
    vhdWriter: 'vhd-util',
    diskFile: '/w/disk',
    targetFile: '/w/out',
  } as const;
  await expect(
    convertDisk({ ...conversion, compression: 'none', seed: 's', source: 'keep', run }),
  ).rejects.toThrow('no vpc footer');
  const words = commands.map((command) => command.join(' '));
  expect(words.slice(1, 4)).toEqual([
    'cp --sparse=always --reflink=auto /w/disk /w/out.fixed',
    'vhd-util convert -s 0 -t 1 -i /w/out.fixed -o /w/out.fixed',
    'vhd-util convert -s 1 -t 2 -i /w/out.fixed -o /w/out.part',
  ]);
  expect(words).toContain('rm -f /w/out.fixed /w/out.fixed.bak');
});
