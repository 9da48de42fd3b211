import type { OptionShape } from '../options/scan-options.ts';

/** An option of `disk-image-create` or `ramdisk-image-create`. */
export interface DiskImageOption extends OptionShape {
  /** What the parser knows it by. */
  readonly key: DiskImageOptionKey;
  readonly section: OptionSection;
  readonly text: string;
  /** The command whose help shows it; both take it. */
  readonly shownFor?: 'disk' | 'ramdisk';
}

type Row = readonly [key: string, spelling: string, text: string];

/**
 * Every option: diskimage-builder's, those that its help names but its parser refuses, and Kiln's own, in the sections of the
 * help. What is taken without the option stands in brackets.
 */
const table = {
  'What to build': [
    [
      'architecture',
      '-a ARCH',
      "architecture of the image: amd64, arm64, armhf, i386, … (the host's; $ARCH)",
    ],
    ['packages', '-p PACKAGE[,PACKAGE…]', 'packages to install after the install.d hooks; may be repeated'],
    ['skip-base', '-n', "do not add the element 'base'"],
    [
      'install-type',
      '--install-type TYPE',
      'how elements that offer a choice install: source, package (source; $DIB_DEFAULT_INSTALLTYPE)',
    ],
    ['ramdisk-element', '--ramdisk-element ELEMENT', 'the element that makes the ramdisk (ramdisk)'],
    [
      'clear-environment',
      '-c',
      'build with a cleared environment: only HOME, PATH and KILN_* are taken over',
    ],
  ],
  'The disk': [
    [
      'image-size',
      '--image-size GIB',
      'size of the disk in GiB, such as 2.5 (computed from the tree; $DIB_IMAGE_SIZE)',
    ],
    [
      'image-extra-size',
      '--image-extra-size MIB',
      'room beside the tree in MiB, instead of a share of it ($DIB_IMAGE_EXTRA_SIZE)',
    ],
    [
      'max-online-resize',
      '--max-online-resize BLOCKS',
      'blocks that the root filesystem can be grown to while it is mounted ($MAX_ONLINE_RESIZE)',
    ],
    [
      'journal-size',
      '--mkfs-journal-size MIB',
      'journal of an ext4 root filesystem in MiB (64; $DIB_JOURNAL_SIZE)',
    ],
    ['mkfs-options', '--mkfs-options WORDS', 'more options for mkfs of the root filesystem ($MKFS_OPTS)'],
    [
      'root-label',
      '--root-label LABEL',
      'label of the root filesystem (cloudimg-rootfs, on xfs img-rootfs; $ROOT_LABEL)',
    ],
  ],
  'Cache and network': [
    [
      'image-cache',
      '--image-cache FOLDER',
      "folder that hooks keep downloads in; Kiln's store lies there, too, unless $KILN_STORE names another ($DIB_IMAGE_CACHE)",
    ],
    ['offline', '--offline', 'use only what was fetched before ($DIB_OFFLINE)'],
    ['min-tmpfs', '--min-tmpfs GIB', 'work in memory where there is twice as much of it (2; $DIB_MIN_TMPFS)'],
    ['no-tmpfs', '--no-tmpfs', 'never work in memory ($DIB_NO_TMPFS)'],
  ],
  Output: [
    [
      'output',
      '-o NAME',
      'path of the outputs without their suffix (image; $IMAGE_NAME). With one -t, its suffix may stand there',
    ],
    [
      'types',
      '-t TYPE[,TYPE…]',
      'image types: qcow2, raw, tar, tgz, squashfs, vhd, vmdk, vdi, docker, aci, … (qcow2). The last -t counts',
    ],
    ['uncompressed', '-u', 'do not compress a qcow2: sooner made, larger'],
    [
      'qemu-img-options',
      '--qemu-img-options OPTIONS',
      'options of the format as for qemu-img -o, such as compression_type=zlib ($QEMU_IMG_OPTIONS)',
    ],
    [
      'docker-target',
      '--docker-target NAME:TAG',
      'what a docker image is called; needed for -t docker ($DOCKER_TARGET)',
    ],
    ['checksum', '--checksum', 'write .md5 and .sha256 beside each image ($DIB_CHECKSUM: 1, md5, sha256)'],
    ['trace', '-x', 'hooks trace what they do; twice: more of it ($DIB_DEBUG_TRACE)'],
    [
      'logfile',
      '--logfile FILE',
      'append the log to a file and print nothing, unless $DIB_QUIET is 0 ($LOGFILE)',
    ],
  ],
  "Kiln's own": [
    ['dry-run', '--dry-run', 'say what would run, and do nothing'],
    ['explain', '--explain', 'say for each step what changed since the last time, and do nothing'],
    [
      'shell-before',
      '--shell-before HOOK',
      'open a shell in the state that a hook finds (install.d/10-web), and build nothing',
    ],
    ['shell-after', '--shell-after HOOK|PHASE', 'the same with the state that a hook or a phase leaves'],
    ['json', '--json', 'with --dry-run or --explain: as JSON; else the same as --log-style json'],
    [
      'log-style',
      '--log-style STYLE',
      "dib: diskimage-builder's lines (usual); live, plain, json: as kiln build shows it",
    ],
  ],
  Help: [
    ['help', '-h, --help', 'print this'],
    ['version', '--version', "print Kiln's version and that of diskimage-builder whose commands it has"],
    [
      'completion',
      '--completion SHELL',
      'print a script for bash, zsh or fish that completes options on Tab',
    ],
  ],
} as const satisfies Readonly<Record<string, readonly Row[]>>;

/** What options are about; help texts have a section for each. */
export type OptionSection = keyof typeof table;

export type DiskImageOptionKey = (typeof table)[OptionSection][number][0];

/** What diskimage-builder's parser does not take. */
const kilnsOwn: ReadonlySet<DiskImageOptionKey> = new Set<DiskImageOptionKey>([
  'image-extra-size',
  'journal-size',
  'dry-run',
  'explain',
  'shell-before',
  'shell-after',
  'json',
  'log-style',
  'completion',
]);

const shownFor: Readonly<Partial<Record<DiskImageOptionKey, 'disk' | 'ramdisk'>>> = {
  packages: 'disk',
  'skip-base': 'disk',
  'ramdisk-element': 'ramdisk',
};

export const optionSections = Object.keys(table) as readonly OptionSection[];

/** All of them, in the order of the help. */
export const diskImageOptions: readonly DiskImageOption[] = optionSections.flatMap((section) =>
  table[section].map(([key, spelling, text]): DiskImageOption => {
    const only = shownFor[key];
    return {
      key,
      section,
      text,
      ...parseSpelling(spelling),
      origin: kilnsOwn.has(key) ? 'kiln' : 'upstream',
      ...(only === undefined ? {} : { shownFor: only }),
    };
  }),
);

/** `-h, --help`, `-o NAME`, `--image-size GIB`. */
function parseSpelling(spelling: string): Pick<OptionShape, 'short' | 'long' | 'value'> {
  const short = /(?:^| )-(\w)/.exec(spelling)?.[1];
  const long = /--([\w-]+)/.exec(spelling)?.[1];
  const value = /^(?:-\S+ )*([^-\s]\S*)$/.exec(spelling)?.[1];
  return {
    ...(short === undefined ? {} : { short }),
    ...(long === undefined ? {} : { long }),
    ...(value === undefined ? {} : { value }),
  };
}
