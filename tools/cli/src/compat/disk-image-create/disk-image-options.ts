import type { OptionShape } from '../options/scan-options.ts';

/** What an option is about; help texts have a section for each. */
export const optionSections = [
  'What to build',
  'The disk',
  'Cache and network',
  'Output',
  "Kiln's own",
  'Help',
] as const;

export interface DiskImageOption extends OptionShape {
  /** What the parser knows it by. */
  readonly key: DiskImageOptionKey;
  readonly section: (typeof optionSections)[number];
  readonly text: string;
  /** The command whose help shows it; both take it. */
  readonly shownFor?: 'disk' | 'ramdisk';
}

export type DiskImageOptionKey =
  | 'architecture'
  | 'output'
  | 'types'
  | 'trace'
  | 'uncompressed'
  | 'clear-environment'
  | 'skip-base'
  | 'packages'
  | 'checksum'
  | 'image-size'
  | 'image-extra-size'
  | 'journal-size'
  | 'image-cache'
  | 'max-online-resize'
  | 'min-tmpfs'
  | 'no-tmpfs'
  | 'mkfs-options'
  | 'offline'
  | 'qemu-img-options'
  | 'root-label'
  | 'ramdisk-element'
  | 'install-type'
  | 'docker-target'
  | 'logfile'
  | 'help'
  | 'version'
  | 'dry-run'
  | 'explain'
  | 'json'
  | 'shell-before'
  | 'shell-after'
  | 'log-style';

const upstream = { origin: 'upstream' } as const;
const kiln = { origin: 'kiln' } as const;

/**
 * Every option of `disk-image-create` and `ramdisk-image-create`: diskimage-builder's, those that its help names but its
 * parser refuses, and Kiln's own.
 */
export const diskImageOptions: readonly DiskImageOption[] = [
  {
    ...upstream,
    key: 'architecture',
    short: 'a',
    value: 'ARCH',
    section: 'What to build',
    text: "architecture of the image: amd64, arm64, armhf, i386, … (the host's; $ARCH)",
  },
  {
    ...upstream,
    key: 'output',
    short: 'o',
    value: 'NAME',
    section: 'Output',
    text: 'path of the outputs without their suffix (image; $IMAGE_NAME). With one -t, its suffix may stand there',
  },
  {
    ...upstream,
    key: 'types',
    short: 't',
    value: 'TYPE[,TYPE…]',
    section: 'Output',
    text: 'image types: qcow2, raw, tar, tgz, squashfs, vhd, vmdk, vdi, docker, aci, … (qcow2). The last -t counts',
  },
  {
    ...upstream,
    key: 'packages',
    short: 'p',
    value: 'PACKAGE[,PACKAGE…]',
    section: 'What to build',
    text: 'packages to install after the install.d hooks; may be repeated',
    shownFor: 'disk',
  },
  {
    ...upstream,
    key: 'skip-base',
    short: 'n',
    section: 'What to build',
    text: "do not add the element 'base'",
    shownFor: 'disk',
  },
  {
    ...upstream,
    key: 'install-type',
    long: 'install-type',
    value: 'TYPE',
    section: 'What to build',
    text: 'how elements that offer a choice install: source, package (source; $DIB_DEFAULT_INSTALLTYPE)',
  },
  {
    ...upstream,
    key: 'ramdisk-element',
    long: 'ramdisk-element',
    value: 'ELEMENT',
    section: 'What to build',
    text: 'the element that makes the ramdisk (ramdisk)',
    shownFor: 'ramdisk',
  },
  {
    ...upstream,
    key: 'clear-environment',
    short: 'c',
    section: 'What to build',
    text: 'build with a cleared environment: only HOME, PATH and KILN_* are taken over',
  },
  {
    ...upstream,
    key: 'image-size',
    long: 'image-size',
    value: 'GIB',
    section: 'The disk',
    text: 'size of the disk in GiB, such as 2.5 (computed from the tree; $DIB_IMAGE_SIZE)',
  },
  {
    ...kiln,
    key: 'image-extra-size',
    long: 'image-extra-size',
    value: 'MIB',
    section: 'The disk',
    text: 'room beside the tree in MiB, instead of a share of it ($DIB_IMAGE_EXTRA_SIZE)',
  },
  {
    ...upstream,
    key: 'max-online-resize',
    long: 'max-online-resize',
    value: 'BLOCKS',
    section: 'The disk',
    text: 'blocks that the root filesystem can be grown to while it is mounted ($MAX_ONLINE_RESIZE)',
  },
  {
    ...kiln,
    key: 'journal-size',
    long: 'mkfs-journal-size',
    value: 'MIB',
    section: 'The disk',
    text: 'journal of an ext4 root filesystem in MiB (64; $DIB_JOURNAL_SIZE)',
  },
  {
    ...upstream,
    key: 'mkfs-options',
    long: 'mkfs-options',
    value: 'WORDS',
    section: 'The disk',
    text: 'more options for mkfs of the root filesystem ($MKFS_OPTS)',
  },
  {
    ...upstream,
    key: 'root-label',
    long: 'root-label',
    value: 'LABEL',
    section: 'The disk',
    text: 'label of the root filesystem (cloudimg-rootfs, on xfs img-rootfs; $ROOT_LABEL)',
  },
  {
    ...upstream,
    key: 'image-cache',
    long: 'image-cache',
    value: 'FOLDER',
    section: 'Cache and network',
    text: "folder that hooks keep downloads in; Kiln's store lies there, too, unless $KILN_STORE names another ($DIB_IMAGE_CACHE)",
  },
  {
    ...upstream,
    key: 'offline',
    long: 'offline',
    section: 'Cache and network',
    text: 'use only what was fetched before ($DIB_OFFLINE)',
  },
  {
    ...upstream,
    key: 'min-tmpfs',
    long: 'min-tmpfs',
    value: 'GIB',
    section: 'Cache and network',
    text: 'work in memory where there is twice as much of it (2; $DIB_MIN_TMPFS)',
  },
  {
    ...upstream,
    key: 'no-tmpfs',
    long: 'no-tmpfs',
    section: 'Cache and network',
    text: 'never work in memory ($DIB_NO_TMPFS)',
  },
  {
    ...upstream,
    key: 'uncompressed',
    short: 'u',
    section: 'Output',
    text: 'do not compress a qcow2: sooner made, larger',
  },
  {
    ...upstream,
    key: 'qemu-img-options',
    long: 'qemu-img-options',
    value: 'OPTIONS',
    section: 'Output',
    text: 'options of the format as for qemu-img -o, such as compression_type=zlib ($QEMU_IMG_OPTIONS)',
  },
  {
    ...upstream,
    key: 'docker-target',
    long: 'docker-target',
    value: 'NAME:TAG',
    section: 'Output',
    text: 'what a docker image is called; needed for -t docker ($DOCKER_TARGET)',
  },
  {
    ...upstream,
    key: 'checksum',
    long: 'checksum',
    section: 'Output',
    text: 'write .md5 and .sha256 beside each image ($DIB_CHECKSUM: 1, md5, sha256)',
  },
  {
    ...upstream,
    key: 'trace',
    short: 'x',
    section: 'Output',
    text: 'hooks trace what they do; twice: more of it ($DIB_DEBUG_TRACE)',
  },
  {
    ...upstream,
    key: 'logfile',
    long: 'logfile',
    value: 'FILE',
    section: 'Output',
    text: 'append the log to a file and print nothing, unless $DIB_QUIET is 0 ($LOGFILE)',
  },
  {
    ...kiln,
    key: 'dry-run',
    long: 'dry-run',
    section: "Kiln's own",
    text: 'say what would run, and do nothing',
  },
  {
    ...kiln,
    key: 'explain',
    long: 'explain',
    section: "Kiln's own",
    text: 'say for each step what changed since the last time, and do nothing',
  },
  {
    ...kiln,
    key: 'shell-before',
    long: 'shell-before',
    value: 'HOOK',
    section: "Kiln's own",
    text: 'open a shell in the state that a hook finds (install.d/10-web), and build nothing',
  },
  {
    ...kiln,
    key: 'shell-after',
    long: 'shell-after',
    value: 'HOOK|PHASE',
    section: "Kiln's own",
    text: 'the same with the state that a hook or a phase leaves',
  },
  {
    ...kiln,
    key: 'json',
    long: 'json',
    section: "Kiln's own",
    text: 'with --dry-run or --explain: as JSON; else the same as --log-style json',
  },
  {
    ...kiln,
    key: 'log-style',
    long: 'log-style',
    value: 'STYLE',
    section: "Kiln's own",
    text: "dib: diskimage-builder's lines (usual); live, plain, json: as kiln build shows it",
  },
  { ...upstream, key: 'help', short: 'h', long: 'help', section: 'Help', text: 'print this' },
  {
    ...upstream,
    key: 'version',
    long: 'version',
    section: 'Help',
    text: "print Kiln's version and that of diskimage-builder whose commands it has",
  },
];
