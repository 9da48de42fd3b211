import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BuildOne } from '../../../src/compat/diskimage-builder/build-entries.ts';
import { definitionsSchemaText } from '../../../src/compat/diskimage-builder/definitions-schema-text.ts';
import { main } from '../../../src/compat/diskimage-builder/main.ts';
import { capturedProcess } from '../captured-process.ts';
import { writtenTree } from '../written-tree.ts';

const elements = {
  'elements/os/element-provides': 'operating-system\n',
  'elements/base/element-deps': '',
  'elements/twin/element-provides': 'operating-system\n',
};

async function run(files: Readonly<Record<string, string>>, options: readonly string[], buildOne?: BuildOne) {
  const cwd = writtenTree({ ...files, ...elements });
  const environment = { HOME: '/root', FROM_OUTSIDE: '1', ELEMENTS_PATH: join(cwd, 'elements') };
  const io = capturedProcess({ cwd, environment });
  const exitCode = await main([...options, ...Object.keys(files)], 'diskimage-builder', io, buildOne);
  return { exitCode, out: io.out(), err: io.err() };
}

/** Builds that end as their image's name says, and what was asked of them. */
function fakeBuilds() {
  const built: string[] = [];
  const buildOne: BuildOne = async (invocation) => {
    const { mode, outputName, elements, environment } = invocation;
    built.push(
      `${mode} ${outputName} ${elements.join(' ')} ${environment['FROM_OUTSIDE']}${environment['SET'] ?? ''}`,
    );
    return outputName.startsWith('bad') ? 3 : 0;
  };
  return { built, buildOne };
}

describe('the command lines', () => {
  test('every key, in the order that diskimage-builder has', async () => {
    const text = `
- imagename: web
  arch: amd64
  types: [qcow2, raw]
  environment: {DIB_RELEASE: bookworm, WORD: "it's here"}
  debug-trace: 2
  uncompressed: true
  clear: true
  logfile: web.log
  checksum: true
  image-size: 3
  image-extra-size: 4
  image-cache: cache
  max-online-resize: 5
  min-tmpfs: 6
  mkfs-journal-size: 7
  mkfs-options: -O ^metadata_csum
  no-tmpfs: true
  offline: true
  qemu-img-options: {compat: '0.10', cluster_size: 64k}
  root-label: top
  ramdisk-element: ramdisk
  install-type: package
  docker-target: a/b:c
  packages: [vim, less]
  skip-base: true
  elements: [debian-minimal, vm]
`;
    const { exitCode, err } = await run({ 'a.yaml': text }, ['--dry-run']);
    expect(exitCode).toBe(0);
    expect(err).toBe(
      `DIB_RELEASE=bookworm WORD='it'"'"'s here' disk-image-create -o web -a amd64 -t qcow2,raw -x -x -u -c ` +
        '--logfile web.log --checksum --image-size 3 --image-extra-size 4 --image-cache cache --max-online-resize 5 ' +
        "--min-tmpfs 6 --mkfs-journal-size 7 --mkfs-options '-O ^metadata_csum' --no-tmpfs --offline " +
        '--qemu-img-options compat=0.10,cluster_size=64k --root-label top --ramdisk-element ramdisk ' +
        '--install-type package --docker-target a/b:c -p vim,less -n debian-minimal vm\n',
    );
  });

  test('empty texts and lists, and what is false, add nothing', async () => {
    const text =
      "- {imagename: '', logfile: '', packages: [], types: [], checksum: false, debug-trace: 0, elements: [os]}";
    expect((await run({ 'a.yaml': text }, ['--dry-run'])).err).toBe('disk-image-create os\n');
  });

  test('entries of one name are one image, across files, in the order of their first appearance', async () => {
    const first =
      '- elements: [os]\n- imagename: web\n  elements: [a]\n  environment: {A: a, B: b}\n  image-size: 1\n';
    const second =
      '- packages: [p]\n- imagename: image\n  ramdisk: yes\n- imagename: web\n  elements: [b]\n  environment: {B: c}\n  image-size: 2\n';
    expect((await run({ 'a.yaml': first, 'b.yaml': second }, ['--dry-run'])).err.split('\n')).toEqual([
      'ramdisk-image-create -o image os',
      'A=a B=c disk-image-create -o web --image-size 2 -p p a b',
      '',
    ]);
  });

  test('--json has them for programs', async () => {
    const { out } = await run({ 'a.yaml': '- {imagename: web, environment: {A: b}, elements: [os]}' }, [
      '--dry-run',
      '--json',
    ]);
    expect(JSON.parse(out)).toEqual([
      { command: 'disk-image-create', mode: 'disk', argv: ['-o', 'web', 'os'], environment: { A: 'b' } },
    ]);
  });
});

describe('wrong files', () => {
  test('all problems of all files are told, each with its line', async () => {
    const files = {
      'a.yaml': '- imagename: web\n  elemnts: [a]\n  image-size: 0\n  logfile:\n  environment: {A: 1}\n',
      'b.yaml': '- [\n',
      'c.yaml': '- types: [qcow3]\n- 3\n',
    };
    const { exitCode, err } = await run(files, ['--dry-run']);
    expect(exitCode).toBe(1);
    for (const part of [
      "unknown key 'elemnts'",
      "did you mean 'elements'?",
      'a.yaml:2:3',
      'a.yaml:3:15',
      'a.yaml:4:3',
      "'environment.A': expected a text",
      'this is not valid YAML',
      'c.yaml:1:11',
      'c.yaml:2:3',
    ])
      expect(err).toContain(part);
    expect(err).not.toContain('disk-image-create');
  });

  test('a file that is not there, and none at all', async () => {
    const io = capturedProcess({ cwd: writtenTree({}) });
    expect(await main(['none.yaml'], 'diskimage-builder', io)).toBe(1);
    expect(io.err()).toContain('cannot read none.yaml');
    expect(await main([], 'diskimage-builder', io)).toBe(2);
  });

  test('nothing is built when the options of any image are wrong', async () => {
    const { built, buildOne } = fakeBuilds();
    const text =
      '- {imagename: web, elements: [os]}\n- {imagename: two, environment: {DIB_CHECKSUM: crc}, elements: [os]}\n';
    const { exitCode, err } = await run({ 'a.yaml': text }, [], buildOne);
    expect({ exitCode, built }).toEqual({ exitCode: 1, built: [] });
    expect(err).toContain('DIB_CHECKSUM');
    expect(err).toContain('a.yaml:2:3');
  });

  test('nothing is built when the elements, the disk or the outputs of any image are wrong: all is told', async () => {
    const { built, buildOne } = fakeBuilds();
    const text = [
      '- {imagename: web, elements: [os]}',
      '- {imagename: two, elements: [os, oss, bse]}',
      '- {imagename: three, elements: [os, twin]}',
      '- {imagename: four, types: [docker], elements: [os]}',
      '- {imagename: five, elements: [os], environment: {DIB_BLOCK_DEVICE_CONFIG: "- mkfz: {}"}}',
      '- {imagename: a.yaml/six, elements: [os]}',
      '- {imagename: seven, elements: [base]}',
    ].join('\n');
    const { exitCode, err } = await run({ 'a.yaml': text }, ['--stop-on-failure'], buildOne);
    expect({ exitCode, built }).toEqual({ exitCode: 1, built: [] });
    for (const part of [
      "'oss' not found",
      "'bse' not found",
      'is provided by more than one',
      '--docker-target',
    ])
      expect(err).toContain(part);
    for (const part of ['mkfz', 'is no folder', 'no operating-system element']) expect(err).toContain(part);
    for (const line of [2, 3, 4, 6, 7]) expect(err).toContain(`a.yaml:${line}:3`);
  });
});

describe('building', () => {
  const text = `
- {imagename: one, elements: [os], environment: {SET: yes}}
- {imagename: bad, elements: [os, vm]}
- {imagename: three, ramdisk: true, elements: [os]}
`;

  test('one after the other, past a failure, which is told at the end', async () => {
    const { built, buildOne } = fakeBuilds();
    const { exitCode, err } = await run({ 'a.yaml': text }, [], buildOne);
    expect(exitCode).toBe(1);
    expect(built).toEqual(['disk one os 1yes', 'disk bad os vm 1', 'ramdisk three os 1']);
    expect(err.split('\n')).toEqual([
      'SET=yes disk-image-create -o one os',
      'disk-image-create -o bad os vm',
      'ramdisk-image-create -o three os',
      'diskimage-builder: 1 of 3 failed: bad (exit code 3)',
      '',
    ]);
  });

  test('--stop-on-failure stops there', async () => {
    const { built, buildOne } = fakeBuilds();
    expect((await run({ 'a.yaml': text }, ['--stop-on-failure'], buildOne)).exitCode).toBe(1);
    expect(built).toHaveLength(2);
  });

  test('0 where nothing failed', async () => {
    const { buildOne } = fakeBuilds();
    expect((await run({ 'a.yaml': '- {elements: [os]}' }, [], buildOne)).exitCode).toBe(0);
  });
});

test('the schema for editors is current (else run tools/cli/scripts/write-schemas.ts)', () => {
  const file = join(import.meta.dirname, '../../../../../schemas/diskimage-builder.schema.json');
  expect(readFileSync(file, 'utf8')).toBe(definitionsSchemaText());
});
