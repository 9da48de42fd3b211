import type { DiskLayout, Filesystem } from '../disk-layout.ts';

/**
 * The text of `/etc/fstab`: a line for each filesystem that has an fstab node, found by its label.
 *
 * Lines go in byte order of the mount points, so that a parent is mounted first, swap at the end (fstab(5)).
 */
export function renderFstab(layout: DiskLayout): string {
  const lines = layout.filesystems
    .filter((filesystem) => filesystem.fstab !== undefined)
    .sort((left, right) => (order(left) < order(right) ? -1 : 1))
    .map((filesystem) => {
      const { options, dump, pass } = filesystem.fstab ?? { options: 'defaults', dump: 0, pass: 0 };
      const mountPoint = filesystem.mountPoint ?? 'none';
      return `LABEL=${escape(filesystem.label)} ${escape(mountPoint)} ${filesystem.type} ${options} ${dump} ${pass}\n`;
    });
  return lines.join('');
}

function order(filesystem: Filesystem): string {
  return filesystem.mountPoint ?? '\uffff';
}

/** Blanks separate the fields of a line. */
function escape(text: string): string {
  return text.replace(/[ \t\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
