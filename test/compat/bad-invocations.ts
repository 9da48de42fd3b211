/** A command line that both must refuse: alike in the exit code, and each with the words that users and scripts look for. */
export interface BadInvocation {
  readonly what: string;
  readonly command?: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** In the output of both. */
  readonly says: RegExp;
}

export const badInvocations: readonly BadInvocation[] = [
  { what: 'no elements', args: [], says: /ERROR: At least one distribution root element must be specified/ },
  { what: 'an element that is not there', args: ['not-there'], says: /Element 'not-there' not found/ },
  {
    what: 'an element that is not there beside others',
    args: ['-o', 'x', 'debian-minimal', 'not-there'],
    says: /Element 'not-there' not found/,
  },
  { what: 'no operating system', args: ['-n', 'sysctl'], says: /Please include an operating system element/ },
  {
    what: 'two operating systems',
    args: ['debian-minimal', 'ubuntu-minimal'],
    says: /operating-system: already provided by \['(?:debian|ubuntu)-minimal'\]/,
  },
  {
    what: 'a name that another element provides',
    args: ['debian-minimal', 'operating-system'],
    says: /operating-system ?: already provided by|not found/,
  },
  {
    what: 'an unknown option',
    args: ['--not-there', 'debian-minimal'],
    says: /unrecognized option '--not-there'/,
  },
  { what: 'an unknown letter', args: ['-q', 'debian-minimal'], says: /invalid option -- 'q'/ },
  {
    what: 'an option without its value',
    args: ['debian-minimal', '-o'],
    says: /option requires an argument -- 'o'/,
  },
  {
    what: 'a long option without its value',
    args: ['debian-minimal', '--image-size'],
    says: /option '--image-size' requires an argument/,
  },
  {
    what: 'an abbreviation that fits several options',
    args: ['--image', '3', 'debian-minimal'],
    says: /option '--image' is ambiguous/,
  },
  {
    what: 'docker without a target',
    args: ['-t', 'docker', 'debian-minimal'],
    says: /Please set --docker-target\./,
  },
  {
    what: 'an element path that leads nowhere',
    args: ['debian-minimal'],
    environment: { ELEMENTS_PATH: '/not/there' },
    says: /ELEMENTS_PATH entry '\/not\/there' is not a directory/,
  },
  {
    what: 'a hook that two elements have',
    args: ['debian-minimal', 'modprobe-blacklist'],
    says: /There is a duplicated hook in your elements: .*install\.d\/80-modprobe-blacklist/,
  },
  {
    what: 'a ramdisk without elements',
    command: 'ramdisk-image-create',
    args: [],
    says: /At least one distribution root element/,
  },
];
