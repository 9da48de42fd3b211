import { expect, test } from 'vitest';
import { definitionOf, namedByCommand } from '../../../src/compat/disk-image-create/definition-of.ts';
import type {
  DiskImageInvocation,
  DiskImageMode,
} from '../../../src/compat/disk-image-create/disk-image-invocation.ts';
import { parseDiskImageArguments } from '../../../src/compat/disk-image-create/parse-disk-image-arguments.ts';

function invocation(line: string, mode: DiskImageMode = 'disk'): DiskImageInvocation {
  const parsed = parseDiskImageArguments(line.split(' '), {}, mode);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failures));
  return parsed.value;
}

const named = (line: string, mode?: DiskImageMode) => namedByCommand(invocation(line, mode));

test('base comes first, unless -n', () => {
  expect(named('-a amd64 debian')).toEqual(['base', 'debian']);
  expect(named('-a amd64 -n debian')).toEqual(['debian']);
  expect(definitionOf(invocation('-n debian')).skipBase).toBe(true);
});

test('vm brings a block device for the architecture, unless one is chosen', () => {
  expect(named('-a amd64 vm debian')).toEqual(['base', 'vm', 'debian', 'block-device-mbr']);
  expect(named('-a arm64 vm debian').at(-1)).toBe('block-device-efi');
  expect(named('-a aarch64 vm debian').at(-1)).toBe('block-device-efi');
  expect(named('-a amd64 vm debian block-device-gpt')).toEqual(['base', 'vm', 'debian', 'block-device-gpt']);
  expect(named('-a amd64 debian')).not.toContain('block-device-mbr');
});

test('a ramdisk has its element before the others', () => {
  expect(named('-a amd64 debian deploy', 'ramdisk')).toEqual(['base', 'ramdisk', 'debian', 'deploy']);
  expect(named('-a amd64 -n --ramdisk-element dracut debian', 'ramdisk')).toEqual(['dracut', 'debian']);
});

test('the definition has what the options say', () => {
  const line =
    '-a i386 -o out/web -t tgz,vmdk -u -p vim --image-size 1 --qemu-img-options subformat=streamOptimized --docker-target web:1 debian';
  expect(definitionOf(invocation(line))).toMatchObject({
    name: 'web',
    architecture: 'i386',
    elements: ['debian'],
    formats: ['tgz', 'vmdk'],
    qcow2: { compression: 'none' },
    packages: ['vim'],
    sizeBytes: 1024 ** 3,
    qemuImgOptions: 'subformat=streamOptimized',
    dockerTarget: 'web:1',
  });
});
