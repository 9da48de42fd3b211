import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/diagnostics/failure.ts';
import type { ImageDefinition } from '../../src/image-definition/image-definition.ts';
import { parseImageDefinition, parseSoundPart } from '../../src/image-definition/parse-image-definition.ts';

const source = (text: string) => ({
  name: 'web',
  file: 'image.yaml',
  text,
  hostArchitecture: 'amd64' as const,
});

function parse(text: string): ImageDefinition {
  const result = parseImageDefinition(source(text));
  if (!result.ok) throw new Error(JSON.stringify(result.failures));
  return result.value;
}

function failuresOf(text: string): readonly Failure[] {
  const result = parseImageDefinition(source(text));
  return result.ok ? [] : result.failures;
}

describe('parseImageDefinition', () => {
  it('fills in defaults', () => {
    const { places, ...definition } = parse('elements: [debian]\n');
    expect(definition).toEqual({
      name: 'web',
      description: '',
      elements: ['debian'],
      architecture: 'amd64',
      sizeBytes: undefined,
      formats: ['qcow2'],
      environment: {},
      packages: [],
      blockDevice: undefined,
      rootLabel: undefined,
      rootFilesystem: 'ext4',
      qcow2: { compression: 'zstd' },
      boot: { memoryMebibytes: 1024, firmware: ['bios'], profile: 'login' },
      skipBase: false,
      configurations: {},
    });
    expect(places.get('elements.0')).toEqual({ file: 'image.yaml', line: 1, column: 12, length: 6 });
  });

  it('boots arm64 by uefi where nothing else is said', () => {
    expect(parse('elements: [debian]\narchitecture: arm64\n').boot.firmware).toEqual(['uefi']);
  });

  it('reads every key', () => {
    const text = `
description: An amphora
elements: [debian-minimal, vm]
architecture: arm64
size: 3GiB
extra-size: 200MiB
journal-size: 32MiB
mkfs-options: [-O, ^64bit]
max-online-resize: 1TiB
block-size: 4096
formats: [raw, tgz]
environment: {DIB_RELEASE: bookworm}
packages: [curl]
block-device: [{local_loop: {name: image0}}]
root-label: root
root-filesystem: xfs
qcow2: {compression: zlib}
boot: {memory: 1536MiB, firmware: [uefi, bios], profile: amphora}
skip-base: true
`;
    expect(parse(text)).toMatchObject({
      description: 'An amphora',
      elements: ['debian-minimal', 'vm'],
      architecture: 'arm64',
      sizeBytes: 3 * 1024 ** 3,
      extraSizeBytes: 200 * 1024 ** 2,
      journalSizeBytes: 32 * 1024 ** 2,
      mkfsOptions: ['-O', '^64bit'],
      maxOnlineResizeBytes: 1024 ** 4,
      blockSizeBytes: 4096,
      formats: ['raw', 'tgz'],
      environment: { DIB_RELEASE: 'bookworm' },
      packages: ['curl'],
      blockDevice: [{ local_loop: { name: 'image0' } }],
      rootLabel: 'root',
      rootFilesystem: 'xfs',
      qcow2: { compression: 'zlib' },
      boot: { memoryMebibytes: 1536, firmware: ['uefi', 'bios'], profile: 'amphora' },
      skipBase: true,
    });
  });

  it.each([
    ['2GiB', 2 * 1024 ** 3],
    ['2 GiB', 2 * 1024 ** 3],
    ['2GB', 2e9],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['1500MiB', 1500 * 1024 ** 2],
    ['2147483648', 2147483648],
  ])('takes %s as a size', (size, bytes) => {
    expect(parse(`elements: [debian]\nsize: ${size}\n`).sizeBytes).toBe(bytes);
  });

  it.each(['2', '2GIB', 'GiB', '-2GiB', '2.5', 'true'])('refuses %s as a size', (size) => {
    expect(failuresOf(`elements: [debian]\nsize: ${size}\n`)).toMatchObject([
      { code: 'definition-wrong-value', key: 'size', place: { line: 2, column: 7 } },
    ]);
  });

  it('passes variables on as they are spelled', () => {
    const text = `
elements: [debian]
environment:
  A: yes
  B: True
  C: 1.10
  D: 0755
  E: "1.10"
  F: ''
  G: &anchor 2.50
  H: *anchor
  I: |
    two
    lines
`;
    expect(parse(text).environment).toEqual({
      A: 'yes',
      B: 'True',
      C: '1.10',
      D: '0755',
      E: '1.10',
      F: '',
      G: '2.50',
      H: '2.50',
      I: 'two\nlines\n',
    });
  });

  it('reads configurations', () => {
    const text = `
elements: [debian]
configurations:
  no-sshd: {elements: [remove-sshd], environment: {KEEP: 1.0}, boot: {memory: 2GiB}, size: 4GiB}
`;
    expect(parse(text).configurations).toEqual({
      'no-sshd': {
        elements: ['remove-sshd'],
        environment: { KEEP: '1.0' },
        boot: { memoryMebibytes: 2048 },
        sizeBytes: 4 * 1024 ** 3,
      },
    });
  });

  it('reports everything that is wrong, in the order of the file', () => {
    const text = `elemnts: [debian]
size: big
formats: [qcow2, QCow 3]
environment:
  1ST: x
  LIST: [a]
  EMPTY:
boot:
  memroy: 1GiB
  firmware: []
configurations:
  small: {pakages: [a]}
`;
    const at = (line: number, column: number, length: number) => ({
      file: 'image.yaml',
      line,
      column,
      length,
    });
    expect(failuresOf(text)).toEqual([
      { code: 'definition-unknown-key', key: 'elemnts', near: 'elements', place: at(1, 1, 7) },
      {
        code: 'definition-wrong-value',
        key: 'elements',
        expected: 'is missing; expected a list of element names',
        place: at(1, 1, 1),
      },
      {
        code: 'definition-wrong-value',
        key: 'size',
        expected:
          "expected a size with its unit, such as '2GiB', or a number of bytes of at least one MiB, found 'big'",
        place: at(2, 7, 3),
      },
      {
        code: 'definition-wrong-value',
        key: 'formats.1',
        expected:
          "expected one of qcow2, raw, tar, tgz, squashfs, oci, docker, aci, vhd, vpc, vmdk, vdi, or another format that qemu-img writes, found 'QCow 3'",
        place: at(3, 18, 6),
      },
      {
        code: 'definition-wrong-value',
        key: 'environment.1ST',
        expected: 'expected the name of a variable: letters, digits, underscores',
        place: at(5, 3, 3),
      },
      {
        code: 'definition-wrong-value',
        key: 'environment.LIST',
        expected: "expected a text, a number or true/false ('' for an empty value), found a list",
        place: at(6, 3, 4),
      },
      {
        code: 'definition-wrong-value',
        key: 'environment.EMPTY',
        expected: "expected a text, a number or true/false ('' for an empty value), found nothing",
        place: at(7, 3, 5),
      },
      { code: 'definition-unknown-key', key: 'boot.memroy', near: 'memory', place: at(9, 3, 6) },
      {
        code: 'definition-wrong-value',
        key: 'boot.firmware',
        expected: 'expected at least one of bios, uefi',
        place: at(10, 3, 8),
      },
      {
        code: 'definition-unknown-key',
        key: 'configurations.small.pakages',
        near: 'packages',
        place: at(12, 11, 7),
      },
    ]);
  });

  it('says where the YAML is broken', () => {
    expect(failuresOf('elements: [debian\nsize: 2GiB\n')).toMatchObject([
      { code: 'definition-not-yaml', place: { file: 'image.yaml', line: 2 } },
    ]);
    expect(failuresOf('elements: [a]\nelements: [b]\n')).toMatchObject([
      { code: 'definition-not-yaml', reason: 'Map keys must be unique', place: { line: 2, column: 1 } },
    ]);
    expect(failuresOf('elements: *nothing\n')).toMatchObject([{ code: 'definition-not-yaml' }]);
  });

  it.each(['', '# nothing\n', '- debian\n', 'debian\n'])('refuses %j, which is no map', (text) => {
    expect(failuresOf(text)).toMatchObject([
      { code: 'definition-wrong-value', key: 'image.yaml', place: { line: 1, column: 1 } },
    ]);
  });

  it('refuses a format named twice and an element with a slash', () => {
    expect(failuresOf('elements: [a/b]\nformats: [raw, raw]\n')).toMatchObject([
      { key: 'elements.0', place: { line: 1 } },
      { key: 'formats', expected: 'a format is named twice' },
    ]);
  });
});

describe('parseSoundPart', () => {
  it('is the definition without the keys that hold a problem', () => {
    const part = parseSoundPart(
      source('elements: [debian, web]\nsize: large\nformat: [raw]\npackages: [vim]\n'),
    );
    expect(part).toMatchObject({ elements: ['debian', 'web'], sizeBytes: undefined, packages: ['vim'] });
    expect(part?.places.get('elements.1')).toMatchObject({ line: 1, column: 20 });
  });

  it('is nothing where the elements themselves are at fault', () => {
    for (const text of ['elements: [debian, 3]\n', 'elements: debian\n', 'size: 1GiB\n', '- web\n', '[', ''])
      expect(parseSoundPart(source(text)), text).toBeUndefined();
  });
});
