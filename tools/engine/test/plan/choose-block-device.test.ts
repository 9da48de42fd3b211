import { expect, test } from 'vitest';
import type { ImageDefinition } from '../../src/image-definition/image-definition.ts';
import { parseImageDefinition } from '../../src/image-definition/parse-image-definition.ts';
import { chooseBlockDevice } from '../../src/plan/choose-block-device.ts';
import { elementOf } from '../elements/element-fixture.ts';
import { imageOf, os } from './plan-fixture.ts';

/** A layout with the disk of this name. */
const layout = (name: string, type = "'83'") => `- local_loop: {name: ${name}}
- partitioning:
    base: ${name}
    label: mbr
    partitions:
      - name: root
        type: ${type}
        flags: [boot, primary]
        size: 100%
        mkfs:
          mount: {mount_point: /}
`;

const noFiles = (): string => {
  throw new Error('ENOENT');
};

function choose(
  definition: Partial<ImageDefinition> = {},
  more: {
    readonly environment?: Readonly<Record<string, string>>;
    readonly elements?: Parameters<typeof imageOf>[0];
    readonly files?: Readonly<Record<string, string>>;
  } = {},
) {
  const { environment = {}, elements = [os], files } = more;
  const readText = files === undefined ? noFiles : (file: string) => files[file] ?? noFiles();
  return chooseBlockDevice(imageOf(elements, definition), { environment, readText });
}

const diskOf = (chosen: ReturnType<typeof choose>) => chosen.ok && chosen.value.disk.name;
const failuresOf = (chosen: ReturnType<typeof choose>) => (chosen.ok ? [] : chosen.failures);
const variable = 'DIB_BLOCK_DEVICE_CONFIG';

const plain = elementOf('plain', { 'block-device-default.yaml': layout('plain') });
const made = elementOf('very-own', {
  'block-device-default.yaml': layout('other'),
  'block-device-amd64.yaml': layout('own'),
});

test('the definition, then the variable, then an element, then the whole disk', () => {
  const elements = [os, plain];
  const environment = { [variable]: layout('variable') };
  const blockDevice = [{ local_loop: { name: 'definition', mkfs: { mount: { mount_point: '/' } } } }];
  expect(diskOf(choose({ blockDevice }, { environment, elements }))).toBe('definition');
  expect(diskOf(choose({}, { environment, elements }))).toBe('variable');
  expect(diskOf(choose({}, { elements }))).toBe('plain');
  expect(diskOf(choose())).toBe('image0');
});

test('the variable of the definition goes before the one of the caller; it may name a file', () => {
  const environment = { [variable]: 'file:///etc/disk.yaml' };
  const files = { '/etc/disk.yaml': layout('file') };
  expect(diskOf(choose({}, { environment, files }))).toBe('file');
  const own = { environment: { [variable]: layout('own') } };
  expect(diskOf(choose(own, { environment, files }))).toBe('own');
});

test('a file that cannot be read is told, with the way to name one', () => {
  const [failure] = failuresOf(choose({}, { environment: { [variable]: 'file:///none.yaml' } }));
  expect(failure).toMatchObject({
    code: 'block-device-invalid',
    reason: `${variable} names /none.yaml, which cannot be read: ENOENT`,
  });
});

test("a file for the architecture goes first; a second element's layout is a warning", () => {
  const chosen = choose({}, { elements: [os, plain, made] });
  expect(diskOf(chosen)).toBe('own');
  expect(chosen.ok && chosen.warnings).toMatchObject([
    { code: 'block-device-invalid', place: { file: `${plain.directory}/block-device-default.yaml` } },
  ]);
  expect(diskOf(choose({ architecture: 's390x' }, { elements: [os, made] }))).toBe('other');
});

test('problems have their place: in the text, the file, the definition', () => {
  const wrong = layout('image0', "'zz'");
  const [inText] = failuresOf(choose({}, { environment: { [variable]: wrong } }));
  expect(inText?.place).toEqual({ file: variable, line: 7, column: 15, length: 4 });
  const element = elementOf('wrong', { 'block-device-default.yaml': wrong });
  const [inElement] = failuresOf(choose({}, { elements: [os, element] }));
  expect(inElement?.place).toMatchObject({
    file: `${element.directory}/block-device-default.yaml`,
    line: 7,
  });
  const indented = wrong.replaceAll(/^/gm, '  ').trimEnd();
  const parsed = parseImageDefinition({
    name: 'web',
    file: 'image.yaml',
    text: `elements: [os]\nblock-device:\n${indented}\n`,
    hostArchitecture: 'amd64',
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failures));
  expect(failuresOf(choose(parsed.value))[0]?.place).toMatchObject({ file: 'image.yaml', line: 9 });
});

test('what is no YAML is told where', () => {
  const [failure] = failuresOf(choose({}, { environment: { [variable]: '- local_loop: {name: image0\n' } }));
  expect(failure).toMatchObject({ code: 'definition-not-yaml', place: { file: variable } });
});

test('all problems are told at once, those of labels and types as well', () => {
  const text = `- local_loop: {name: image0}
- partitioning:
    base: image0
    label: gpt
    partitions:
      - {name: a, size: 1 parsec, mkfs: {type: zfs, mount: {mount_point: /}}}
      - {name: b, size: 100%, mkfs: {type: vfat, label: much-too-long-label, mount: {mount_point: /b}}}
- luks: {base: a}
`;
  const failures = failuresOf(choose({}, { environment: { [variable]: text } }));
  expect(failures.map(({ place }) => place?.line).toSorted()).toEqual([6, 6, 7, 8]);
});

test('codes need no quotes, though YAML takes them for numbers', () => {
  const typeOf = (label: string, type: string) => {
    const text = layout('image0', type).replace('mbr', label).replace('flags: [boot, primary]', '');
    const chosen = choose({}, { environment: { [variable]: text } });
    return chosen.ok && chosen.value.table?.partitions[0]?.type;
  };
  expect(typeOf('mbr', '0x83')).toBe('83');
  expect(typeOf('gpt', '8E00')).toBe('E6D6D379-F507-44C2-A23C-238F2A3DF928');
  expect(typeOf('gpt', '0700')).toBe('EBD0A0A2-B9E5-4433-87C0-68B6B72699C7');
});

test('the sector size of the definition, then of the variable, goes before the configuration', () => {
  const text = layout('image0', "'8300'").replace('mbr', 'gpt').replace('flags: [boot, primary]', '');
  const sectors = (definition: Partial<ImageDefinition>, environment: Readonly<Record<string, string>>) => {
    const chosen = choose(definition, { environment: { [variable]: text, ...environment } });
    return chosen.ok && chosen.value.disk.sectorBytes;
  };
  expect(sectors({}, {})).toBe(512);
  expect(sectors({}, { DIB_BLOCK_SIZE: '4096' })).toBe(4096);
  expect(sectors({ blockSizeBytes: 512 }, { DIB_BLOCK_SIZE: '4096' })).toBe(512);
});
