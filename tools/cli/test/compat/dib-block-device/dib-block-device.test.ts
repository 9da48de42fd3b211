import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { main } from '../../../src/compat/dib-block-device/main.ts';
import { capturedProcess } from '../captured-process.ts';
import { writtenTree } from '../written-tree.ts';

const config = `
- local_loop:
    name: image0
- partitioning:
    base: image0
    label: gpt
    partitions:
      - name: ESP
        type: 'EF00'
        size: 550MiB
        mkfs: {type: vfat, mount: {mount_point: /boot/efi, fstab: {options: defaults, fsck-passno: 2}}}
      - name: boot
        type: '8300'
        size: 1GiB
        mkfs: {type: ext4, label: bootfs, mount: {mount_point: /boot, fstab: {}}}
      - name: root
        type: '8300'
        size: 100%
        mkfs: {mount: {mount_point: /, fstab: {fsck-passno: 1}}}
`;

const parameters =
  'config: config.yaml\nimage-dir: images\nroot-fs-type: xfs\nroot-label:\nmount-base: mnt\nbuild-dir: build\n';

async function run(
  argv: readonly string[],
  files: Readonly<Record<string, string>> = {},
  environment: Readonly<Record<string, string>> = { DIB_BLOCK_DEVICE_PARAMS_YAML: 'params.yaml' },
) {
  const cwd = writtenTree({ 'config.yaml': config, 'params.yaml': parameters, ...files });
  const io = capturedProcess({ cwd, environment });
  const exitCode = await main(argv, 'dib-block-device', io);
  return { exitCode, cwd, out: io.out().replaceAll(cwd, ''), err: io.err() };
}

describe('getval', () => {
  test.each([
    ['root-label', 'img-rootfs'],
    ['root-fstype', 'xfs'],
    ['boot-label', 'bootfs'],
    ['mount-points', '/|/boot|/boot/efi'],
  ])('%s', async (symbol, value) => {
    expect(await run(['getval', symbol])).toMatchObject({ exitCode: 0, out: `${value}\n`, err: '' });
  });

  test('what the parameters say of the root filesystem', async () => {
    const files = { 'other.yaml': 'config: config.yaml\nroot-fs-type: ext4\nroot-label: mine\n' };
    expect((await run(['--params', 'other.yaml', 'getval', 'root-label'], files, {})).out).toBe('mine\n');
  });

  test('an unknown symbol prints nothing and is no failure', async () => {
    const { exitCode, out, err } = await run(['getval', 'root-lable']);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: '' });
    expect(err).toContain("Invalid symbol [root-lable] for getval; did you mean 'root-label'?");
  });

  test('what is known once there is a disk: not before', async () => {
    const { exitCode, err } = await run(['getval', 'image-block-device']);
    expect(exitCode).toBe(1);
    expect(err).toContain('State dump not found');
  });

  test('from the variables of hooks', async () => {
    const environment = { DIB_BLOCK_DEVICE_PARAMS_YAML: 'params.yaml', IMAGE_BLOCK_DEVICE: '/dev/loop3' };
    expect((await run(['getval', 'image-block-device'], {}, environment)).out).toBe('/dev/loop3\n');
  });

  test('from the state that diskimage-builder writes', async () => {
    const state = {
      blockdev: {
        image0: { image: '/x/image0.raw', device: '/dev/loop4' },
        root: { device: '/dev/mapper/loop4p1' },
      },
    };
    const files = { 'build/states/block-device/state.json': JSON.stringify(state) };
    expect((await run(['getval', 'image-path'], files)).out).toBe('/x/image0.raw\n');
    expect((await run(['getval', 'image-block-devices'], files)).out).toBe(
      ' [image0]=/dev/loop4  [root]=/dev/mapper/loop4p1 \n',
    );
  });

  test('--json has all that is known', async () => {
    const { out } = await run(['getval', '--json'], { 'images/image0.raw': '' });
    expect(JSON.parse(out)).toEqual({
      'root-label': 'img-rootfs',
      'root-fstype': 'xfs',
      'boot-label': 'bootfs',
      'mount-points': '/|/boot|/boot/efi',
      'image-path': '/images/image0.raw',
    });
    expect((await run(['getval', '--json', 'root-label'])).out).toBe('"img-rootfs"\n');
  });
});

test('init checks the configuration, and shows the line that is wrong', async () => {
  expect(await run(['init'])).toMatchObject({ exitCode: 0, out: '' });
  const { exitCode, err } = await run(['init'], {
    'config.yaml': config.replace('- partitioning', '- prtitioning'),
  });
  expect(exitCode).toBe(1);
  expect(err).toContain('config.yaml:4:3');
});

test('writefstab writes what the image would have', async () => {
  const { exitCode, cwd } = await run(['writefstab']);
  expect(exitCode).toBe(0);
  const [first, ...more] = readFileSync(join(cwd, 'build/built/etc/fstab'), 'utf8').trim().split('\n');
  expect(first).toBe('LABEL=img-rootfs / xfs defaults 0 1');
  expect(more).toHaveLength(2);
});

test('create is refused, with what to run instead; there is nothing to undo', async () => {
  const { exitCode, err } = await run(['create']);
  expect(exitCode).toBe(1);
  expect(err).toContain("run 'disk-image-create'");
  for (const command of ['umount', 'cleanup', 'delete']) expect((await run([command])).exitCode).toBe(0);
});

test('wrong use is 2', async () => {
  expect(await run(['getval', 'root-label'], {}, {})).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('DIB_BLOCK_DEVICE_PARAMS_YAML or --params not set') as string,
  });
  expect((await run(['creat'])).err).toContain("did you mean 'create'?");
  expect((await run(['getval'])).exitCode).toBe(2);
});

test('wrong parameters are told with their line', async () => {
  const { exitCode, err } = await run(['init'], { 'params.yaml': 'root-fs-type: 4\n' });
  expect(exitCode).toBe(1);
  expect(err).toContain("'config': is missing");
  expect(err).toContain('params.yaml:1:15');
});
