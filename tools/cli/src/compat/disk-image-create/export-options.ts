import type { DiskImageOptionKey } from './disk-image-options.ts';
import type { GatheredOptions } from './gather-options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Options whose value becomes the value of a variable. */
const variableOf: Readonly<Partial<Record<DiskImageOptionKey, string>>> = {
  architecture: 'ARCH',
  output: 'IMAGE_NAME',
  'image-size': 'DIB_IMAGE_SIZE',
  'image-extra-size': 'DIB_IMAGE_EXTRA_SIZE',
  'journal-size': 'DIB_JOURNAL_SIZE',
  'image-cache': 'DIB_IMAGE_CACHE',
  'max-online-resize': 'MAX_ONLINE_RESIZE',
  'min-tmpfs': 'DIB_MIN_TMPFS',
  'mkfs-options': 'MKFS_OPTS',
  'qemu-img-options': 'QEMU_IMG_OPTIONS',
  'root-label': 'ROOT_LABEL',
  'install-type': 'DIB_DEFAULT_INSTALLTYPE',
  'docker-target': 'DOCKER_TARGET',
  logfile: 'LOGFILE',
};

/** Options that take no value and set a variable to 1. */
const switchOf: Readonly<Partial<Record<DiskImageOptionKey, string>>> = {
  checksum: 'DIB_CHECKSUM',
  'no-tmpfs': 'DIB_NO_TMPFS',
  offline: 'DIB_OFFLINE',
  'skip-base': 'SKIP_BASE',
  'clear-environment': 'CLEAR_ENV',
};

/** What `-c` lets through: what a process needs, and where Kiln keeps things. */
const neverCleared = /^(HOME|PATH|KILN_.*)$/;

/**
 * The environment that a build is to see: the user's, or what `-c` leaves of it, with the variables that options set.
 */
export function exportOptions(options: GatheredOptions, environment: Environment): Environment {
  const taken = Object.entries(environment).filter(
    ([name]) => !options.has('clear-environment') || neverCleared.test(name),
  );
  const values = Object.entries(variableOf).flatMap(([key, name]) => {
    const value = options.last(key as DiskImageOptionKey);
    return value === undefined ? [] : [[name, value] as const];
  });
  const switches = Object.entries(switchOf).flatMap(([key, name]) =>
    options.has(key as DiskImageOptionKey) ? [[name, '1'] as const] : [],
  );
  const own = Object.fromEntries(taken);
  const trace = Number.parseInt(own['DIB_DEBUG_TRACE'] ?? '', 10) || 0;
  return {
    ...own,
    // Zero is meant as 'no', which hooks that only look whether it is empty do not see.
    ...(own['DIB_OFFLINE'] === '0' ? { DIB_OFFLINE: '' } : {}),
    COMPRESS_IMAGE: options.has('uncompressed') ? '' : 'true',
    ...Object.fromEntries(values),
    ...Object.fromEntries(switches),
    ...(options.has('trace') ? { DIB_DEBUG_TRACE: String(trace + options.all('trace').length) } : {}),
  };
}

/** Whether a variable that stands for yes or no says yes: anything but nothing and `0`. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}
