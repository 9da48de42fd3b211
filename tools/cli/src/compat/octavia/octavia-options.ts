import type { OptionShape } from '../options/scan-options.ts';

/** An option of `diskimage-create.sh`. */
export interface OctaviaOption extends OptionShape {
  readonly key: OctaviaOptionKey;
  /** The variable that gives a value where the option does not. */
  readonly variable?: string;
  readonly text: string;
}

export type OctaviaOptionKey =
  | 'architecture'
  | 'backend'
  | 'cache'
  | 'release'
  | 'mac-security'
  | 'no-tmpfs'
  | 'git-branch'
  | 'help'
  | 'base-system'
  | 'kernel'
  | 'log-file'
  | 'cpu-pinning'
  | 'no-sshd'
  | 'output'
  | 'packages'
  | 'root-password'
  | 'size'
  | 'type'
  | 'version'
  | 'working-directory'
  | 'trace'
  | 'fips'
  | 'root-password-file'
  | 'dry-run'
  | 'json'
  | 'octavia'
  | 'compat';

const upstream = { origin: 'upstream' } as const;
const kiln = { origin: 'kiln' } as const;

/** Every option: those of Octavia's script by letter, then Kiln's own. */
export const octaviaOptions: readonly OctaviaOption[] = [
  {
    ...upstream,
    short: 'a',
    key: 'architecture',
    value: 'ARCH',
    variable: 'AMP_ARCH',
    text: 'architecture (the host’s): amd64, arm64, aarch64, armhf, ppc64le',
  },
  {
    ...upstream,
    short: 'b',
    key: 'backend',
    value: 'NAME',
    variable: 'AMP_BACKEND',
    text: 'what balances the load: haproxy',
  },
  {
    ...upstream,
    short: 'c',
    key: 'cache',
    value: 'DIR',
    variable: 'AMP_CACHEDIR',
    text: 'folder of caches (Kiln’s store)',
  },
  {
    ...upstream,
    short: 'd',
    key: 'release',
    value: 'RELEASE',
    variable: 'AMP_DIB_RELEASE',
    text: 'release of the distribution (noble, bookworm, 10-stream, 10)',
  },
  {
    ...upstream,
    short: 'e',
    key: 'mac-security',
    variable: 'AMP_ENABLE_FULL_MAC_SECURITY',
    text: 'Red Hat family: SELinux enforces; without it, it only reports',
  },
  {
    ...upstream,
    short: 'f',
    key: 'no-tmpfs',
    variable: 'AMP_DISABLE_TMP_FS',
    text: 'keep nothing of the build in memory',
  },
  {
    ...upstream,
    short: 'g',
    key: 'git-branch',
    value: 'BRANCH',
    text: 'branch of the agent and of its constraints: stable/2026.1',
  },
  { ...upstream, short: 'h', key: 'help', long: 'help', text: 'tell how it is used' },
  {
    ...upstream,
    short: 'i',
    key: 'base-system',
    value: 'OS',
    variable: 'AMP_BASEOS',
    text: 'distribution (ubuntu-minimal): ubuntu, debian, centos, rocky, rhel, fedora, or with -minimal',
  },
  {
    ...upstream,
    short: 'k',
    key: 'kernel',
    value: 'PACKAGE',
    variable: 'AMP_KERNEL',
    text: 'Ubuntu: package of the kernel (linux-image-virtual)',
  },
  { ...upstream, short: 'l', key: 'log-file', value: 'FILE', text: 'write the log there' },
  {
    ...upstream,
    short: 'm',
    key: 'cpu-pinning',
    variable: 'AMP_ENABLE_CPUPINNING',
    text: 'all CPUs but the first for HAProxy',
  },
  { ...upstream, short: 'n', key: 'no-sshd', variable: 'AMP_DISABLE_SSHD', text: 'no SSH server' },
  {
    ...upstream,
    short: 'o',
    key: 'output',
    value: 'FILE',
    variable: 'AMP_OUTPUTFILENAME',
    text: 'the image (amphora-x64-haproxy.TYPE)',
  },
  {
    ...upstream,
    short: 'p',
    key: 'packages',
    variable: 'AMP_PACKAGE_INSTALL',
    text: 'the agent from the distribution’s package, not from git',
  },
  {
    ...upstream,
    short: 'r',
    key: 'root-password',
    value: 'PASSWORD',
    variable: 'AMP_ROOTPW',
    text: 'let root log in with this password; every user of this host can read it here: prefer AMP_ROOTPW or --root-password-file',
  },
  {
    ...upstream,
    short: 's',
    key: 'size',
    value: 'GB',
    variable: 'AMP_IMAGESIZE',
    text: 'size of the disk in GiB (2; RHEL and Fedora: 3)',
  },
  {
    ...upstream,
    short: 't',
    key: 'type',
    value: 'TYPE',
    variable: 'AMP_IMAGETYPE',
    text: 'qcow2, raw, vhd, tar, or oci (qcow2)',
  },
  { ...upstream, short: 'v', key: 'version', long: 'version', text: 'print the version of the script' },
  {
    ...upstream,
    short: 'w',
    key: 'working-directory',
    value: 'DIR',
    variable: 'AMP_WORKING_DIR',
    text: 'folder for what exists during the build only',
  },
  { ...upstream, short: 'x', key: 'trace', text: 'trace hooks' },
  { ...upstream, short: 'y', key: 'fips', variable: 'AMP_ENABLE_FIPS', text: 'Red Hat family: FIPS mode' },
  {
    ...kiln,
    long: 'root-password-file',
    key: 'root-password-file',
    value: 'FILE',
    variable: 'AMP_ROOTPW_FILE',
    text: 'like -r, with the password in the first line of a file',
  },
  { ...kiln, long: 'dry-run', key: 'dry-run', text: 'print what would be built, and build nothing' },
  {
    ...kiln,
    long: 'json',
    key: 'json',
    text: 'with --dry-run: elements, arguments and environment as one JSON object',
  },
  {
    ...kiln,
    long: 'octavia',
    key: 'octavia',
    value: 'RELEASE',
    variable: 'KILN_OCTAVIA',
    text: 'defaults, elements and messages of that release’s script (current): current, train',
  },
  {
    ...kiln,
    long: 'compat',
    key: 'compat',
    variable: 'KILN_COMPAT',
    text: 'exit codes of Octavia’s script throughout: 1 for -h and -v, 2 on a host that it does not know',
  },
];
