import { expect, test } from 'vitest';
import type { DiskImageInvocation } from '../../../src/compat/disk-image-create/disk-image-invocation.ts';
import { parseDiskImageArguments } from '../../../src/compat/disk-image-create/parse-disk-image-arguments.ts';

type Environment = Readonly<Record<string, string>>;

function parse(line: string, environment: Environment = {}): DiskImageInvocation {
  const parsed = parseDiskImageArguments(line.split(' '), environment, 'disk');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failures));
  return parsed.value;
}

function problems(line: string, environment: Environment = {}) {
  const parsed = parseDiskImageArguments(line.split(' '), environment, 'disk');
  return parsed.ok ? [] : parsed.failures;
}

test('the usual values', () => {
  expect(parse('debian vm')).toMatchObject({
    action: 'build',
    elements: ['debian', 'vm'],
    outputName: 'image',
    types: ['qcow2'],
    compress: true,
    skipBase: false,
    packages: [],
    checksums: [],
    ramdiskElement: 'ramdisk',
    network: 'online',
    overwrite: false,
    quiet: false,
    timestamps: true,
    logStyle: 'dib',
    disk: { sizeBytes: undefined, rootFilesystem: 'ext4', mkfsOptions: [] },
  });
});

test('packages accumulate, of types the last list counts', () => {
  const { packages, types } = parse('-p vim,nginx -t raw -p tree -t qcow2,tgz,qcow2 debian');
  expect(packages).toEqual(['vim', 'nginx', 'tree']);
  expect(types).toEqual(['qcow2', 'tgz']);
});

test('the suffix of a type is taken off the name with exactly one type', () => {
  expect(parse('-o out/web.qcow2 debian').outputName).toBe('out/web');
  expect(parse('-t raw -o web.raw debian').outputName).toBe('web');
  expect(parse('-t raw -o web.qcow2 debian').outputName).toBe('web.qcow2');
  expect(parse('-t raw,qcow2 -o web.raw debian').outputName).toBe('web.raw');
  expect(parse('debian', { IMAGE_NAME: '/srv/box.qcow2' }).outputName).toBe('/srv/box');
  expect(parse('-o web debian', { IMAGE_NAME: 'box' }).outputName).toBe('web');
});

test('sizes have the units of upstream', () => {
  const { disk } = parse(
    '--image-size 2.5 --image-extra-size 512 --mkfs-journal-size 128 --max-online-resize 1000 debian',
  );
  expect(disk).toMatchObject({
    sizeBytes: 2.5 * 1024 ** 3,
    extraSizeBytes: 512 * 1024 ** 2,
    journalSizeBytes: 128 * 1024 ** 2,
    maxOnlineResizeBytes: 1000 * 4096,
  });
});

test('the environment stands behind the options, and options go before it', () => {
  const environment = {
    ARCH: 'arm64',
    DIB_IMAGE_SIZE: '3',
    DIB_IMAGE_EXTRA_SIZE: '10',
    DIB_JOURNAL_SIZE: '32',
    DIB_BLOCK_SIZE: '4096',
    MAX_ONLINE_RESIZE: '5',
    MKFS_OPTS: '-m 0  -O ^metadata_csum',
    ROOT_LABEL: 'top',
    FS_TYPE: 'xfs',
    DOCKER_TARGET: 'web:1',
    QEMU_IMG_OPTIONS: 'compat=0.10',
    DIB_OFFLINE: '1',
    OVERWRITE_OLD_IMAGE: '1',
    DIB_NO_TIMESTAMP: '1',
    DIB_QUIET: '1',
    DIB_IMAGE_CACHE: '/var/cache/dib',
  };
  expect(parse('debian', environment)).toMatchObject({
    architecture: 'arm64',
    disk: {
      sizeBytes: 3 * 1024 ** 3,
      extraSizeBytes: 10 * 1024 ** 2,
      journalSizeBytes: 32 * 1024 ** 2,
      blockSizeBytes: 4096,
      maxOnlineResizeBytes: 5 * 4096,
      mkfsOptions: ['-m', '0', '-O', '^metadata_csum'],
      rootLabel: 'top',
      rootFilesystem: 'xfs',
    },
    dockerTarget: 'web:1',
    qemuImgOptions: 'compat=0.10',
    network: 'offline',
    overwrite: true,
    timestamps: false,
    quiet: true,
    imageCache: '/var/cache/dib',
  });
  expect(parse('-a i386 --root-label system --image-size 1 debian', environment)).toMatchObject({
    architecture: 'i386',
    disk: { sizeBytes: 1024 ** 3, rootLabel: 'system' },
  });
});

test('checksums: all forms', () => {
  expect(parse('--checksum debian').checksums).toEqual(['md5', 'sha256']);
  for (const [value, kinds] of [
    ['1', ['md5', 'sha256']],
    ['md5', ['md5']],
    ['sha256', ['sha256']],
    ['md5,sha256', ['md5', 'sha256']],
    ['0', []],
    ['', []],
  ] as const)
    expect(parse('debian', { DIB_CHECKSUM: value }).checksums).toEqual(kinds);
  expect(problems('debian', { DIB_CHECKSUM: 'sha1' })).toMatchObject([{ code: 'option-value-wrong' }]);
});

test('options export what hooks read', () => {
  const { environment } = parse(
    '-xx -x -u -n --no-tmpfs --min-tmpfs 4 --install-type package --offline --checksum debian',
    { DIB_DEBUG_TRACE: '1', DIB_RELEASE: 'bookworm' },
  );
  expect(environment).toMatchObject({
    DIB_DEBUG_TRACE: '4',
    COMPRESS_IMAGE: '',
    SKIP_BASE: '1',
    DIB_NO_TMPFS: '1',
    DIB_MIN_TMPFS: '4',
    DIB_DEFAULT_INSTALLTYPE: 'package',
    DIB_OFFLINE: '1',
    DIB_CHECKSUM: '1',
    DIB_RELEASE: 'bookworm',
  });
});

test('-c leaves nothing of the environment but what the process and the store need', () => {
  const before = { HOME: '/root', PATH: '/bin', KILN_STORE: '/store', DIB_RELEASE: 'x', ELEMENTS_PATH: '/e' };
  const { environment } = parse('-c -a amd64 debian', before);
  expect(environment).toMatchObject({ HOME: '/root', PATH: '/bin', KILN_STORE: '/store', ARCH: 'amd64' });
  expect(environment).not.toHaveProperty('DIB_RELEASE');
  expect(environment).not.toHaveProperty('ELEMENTS_PATH');
});

test('a log file means silence, unless DIB_QUIET says otherwise', () => {
  expect(parse('--logfile build.log debian')).toMatchObject({ logFile: 'build.log', quiet: true });
  expect(parse('--logfile build.log debian', { DIB_QUIET: '0' }).quiet).toBe(false);
});

test('offline by 0 is online, for hooks as well', () => {
  const { network, environment } = parse('debian', { DIB_OFFLINE: '0' });
  expect(network).toBe('online');
  expect(environment['DIB_OFFLINE']).toBe('');
});

test('help and version go before a build, and json chooses the style', () => {
  expect(parse('--version debian').action).toBe('version');
  expect(parse('-h').action).toBe('help');
  expect(parse('--dry-run --json debian')).toMatchObject({ action: 'dry-run', json: true });
  expect(parse('--json debian').logStyle).toBe('json');
  expect(parse('--log-style live debian').logStyle).toBe('live');
});

test('values that are none are told, all of them, by the option or by the variable', () => {
  expect(
    problems('--image-size big --log-style lve debian', { DIB_JOURNAL_SIZE: '-1', DIB_BLOCK_SIZE: '100' }),
  ).toEqual([
    {
      code: 'option-value-wrong',
      option: '--image-size',
      value: 'big',
      expected: 'a number above 0, such as 2.5',
    },
    {
      code: 'option-value-wrong',
      option: 'DIB_JOURNAL_SIZE',
      value: '-1',
      expected: 'a number above 0, such as 512',
    },
    { code: 'option-value-wrong', option: 'DIB_BLOCK_SIZE', value: '100', expected: '512 or 4096' },
    {
      code: 'option-value-wrong',
      option: '--log-style',
      value: 'lve',
      expected: "one of dib, live, plain, json; did you mean 'live'?",
    },
  ]);
});

test('the option sets of old versions are understood', () => {
  const line =
    '-a i386 -o x -x -u -c -n -p a --image-size 1 --image-cache /c --max-online-resize 9 --min-tmpfs 1 --no-tmpfs --offline --qemu-img-options y --root-label l --ramdisk-element r --install-type source fedora';
  expect(parse(line)).toMatchObject({ architecture: 'i386', ramdiskElement: 'r', elements: ['fedora'] });
});

test('a shell can be asked for before or after a hook', () => {
  expect(parse('--shell-before install.d/10-a debian')).toMatchObject({
    action: 'shell',
    moment: { when: 'before', what: 'install.d/10-a' },
  });
  expect(parse('--shell-after install debian').moment).toEqual({ when: 'after', what: 'install' });
  expect(parse('--dry-run --shell-after install debian').action).toBe('dry-run');
});

test('completion is for a shell that is known', () => {
  expect(parse('--completion zsh')).toMatchObject({ action: 'completion', completion: 'zsh' });
  expect(problems('--completion csh')).toMatchObject([
    { code: 'option-value-wrong', option: '--completion' },
  ]);
});

test('what says how, and not what, stays out of the arguments that an image may record', () => {
  const line =
    '-xu debian --checksum --logfile l -o web --image-cache=/c --dry-run vm --offl --log-style plain -- --checksum';
  expect(parse(line).imageArguments.join(' ')).toBe('-xu debian -o web vm -- --checksum');
  expect(parse(line).arguments.join(' ')).toBe(line);
});
