/** The releases of Octavia whose script can be asked for: the newest, and that of 2019 (Train). */
export const generationNames = ['current', 'train'] as const;
export type GenerationName = (typeof generationNames)[number];

/** What differs between the releases of Octavia's diskimage-create.sh. */
export interface OctaviaGeneration {
  readonly name: GenerationName;
  readonly architectures: readonly string[];
  /** Undefined: that of the host. */
  readonly defaultArchitecture: string | undefined;
  readonly baseSystems: readonly string[];
  /** Short options that this release does not have. */
  readonly lacks: readonly string[];
  /** Release of the distribution by element. */
  readonly releases: Readonly<Record<string, string>>;
  /** Elements of distributions whose amphora needs 3 GiB. */
  readonly large: readonly string[];
  /** How its message calls them. */
  readonly largeNames: string;
  /** Around a value in its messages. */
  readonly margin: '' | ' ';
  /** Whether the default name of the output ends in the type. */
  readonly suffixed: boolean;
  /** Whether it says at the end what was built, and how large it is. */
  readonly saysResult: boolean;
}

/** Image types that Octavia's script takes. */
export const upstreamTypes = ['qcow2', 'tar', 'vhd', 'raw'] as const;

/** Image types that Kiln adds: a container archive. */
export const ownTypes = ['oci'] as const;

/** Elements by the names that users call the distributions by. */
export const elementOfSystem: Readonly<Record<string, string>> = {
  ubuntu: 'ubuntu-minimal',
  centos: 'centos-minimal',
  rocky: 'rocky-container',
  debian: 'debian-minimal',
};

/** Distributions that Kiln's command takes beside those of Octavia's. */
const debian = ['debian', 'debian-minimal'] as const;
const debianRelease = { 'debian-minimal': 'bookworm' } as const;

const current: OctaviaGeneration = {
  name: 'current',
  architectures: ['amd64', 'ppc64le', 'arm64', 'aarch64', 'armhf'],
  defaultArchitecture: undefined,
  baseSystems: ['ubuntu', 'ubuntu-minimal', 'fedora', 'centos', 'centos-minimal', 'rocky', 'rhel', ...debian],
  lacks: [],
  releases: {
    'ubuntu-minimal': 'noble',
    rhel: '10',
    'centos-minimal': '10-stream',
    fedora: '28',
    'rocky-container': '10',
    ...debianRelease,
  },
  large: ['rhel', 'fedora'],
  largeNames: 'RHEL/Fedora',
  margin: '',
  suffixed: true,
  saysResult: true,
};

const train: OctaviaGeneration = {
  name: 'train',
  architectures: ['i386', 'amd64', 'ppc64le', 'armhf'],
  defaultArchitecture: 'amd64',
  baseSystems: ['ubuntu', 'ubuntu-minimal', 'fedora', 'centos', 'centos-minimal', 'rhel', ...debian],
  lacks: ['g', 'm', 'y'],
  releases: { 'ubuntu-minimal': 'bionic', rhel: '7', 'centos-minimal': '7', fedora: '28', ...debianRelease },
  large: ['rhel', 'fedora', 'centos-minimal'],
  largeNames: 'RHEL/CentOS',
  margin: ' ',
  suffixed: false,
  saysResult: false,
};

export const generations: Readonly<Record<GenerationName, OctaviaGeneration>> = { current, train };

/** Whether a distribution's element is one of the Red Hat family. */
export function isRedHat(element: string): boolean {
  return ['centos-minimal', 'fedora', 'rhel', 'rocky-container'].includes(element);
}
