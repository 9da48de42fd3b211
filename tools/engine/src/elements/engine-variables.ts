/**
 * Variables that Kiln itself reads, whatever elements mention: those that stand for options of `disk-image-create`, and
 * those that decide the disk, the formats and how a build goes about its work.
 */
export const engineVariables: ReadonlySet<string> = new Set([
  'ACI_MANIFEST',
  'ARCH',
  'DIB_BLOCK_DEVICE_CONFIG',
  'DIB_BLOCK_SIZE',
  'DIB_CHECKSUM',
  'DIB_DEBUG_TRACE',
  'DIB_DEFAULT_INSTALLTYPE',
  'DIB_IMAGE_CACHE',
  'DIB_IMAGE_EXTRA_SIZE',
  'DIB_IMAGE_SIZE',
  'DIB_JOURNAL_SIZE',
  'DIB_MIN_TMPFS',
  'DIB_NO_TIMESTAMP',
  'DIB_NO_TMPFS',
  'DIB_OFFLINE',
  'DIB_PYTHON_EXEC',
  'DIB_QUIET',
  'DIB_RELEASE',
  'DIB_SHOW_IMAGE_USAGE',
  'DOCKER_TARGET',
  'ELEMENTS_PATH',
  'FS_TYPE',
  'IMAGE_NAME',
  'IMAGE_TYPE',
  'LOGFILE',
  'MAX_ONLINE_RESIZE',
  'MKFS_OPTS',
  'OVERWRITE_OLD_IMAGE',
  'QEMU_IMG_OPTIONS',
  'ROOT_LABEL',
  'break',
  'break_cmd',
  'break_outside_target',
]);

/** Whether a variable means something although no element mentions it: Kiln reads it, or every process does. */
export function meansSomethingAnyway(variable: string): boolean {
  return (
    engineVariables.has(variable) || /^KILN_|_proxy$/i.test(variable) || /^(LANG|LC_\w+|TZ)$/.test(variable)
  );
}
