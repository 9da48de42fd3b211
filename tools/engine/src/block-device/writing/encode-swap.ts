import type { Filesystem } from '../disk-layout.ts';

const pageBytes = 4096;

/**
 * The first page of a swap area, all that a fresh one consists of; mkswap cannot write at an offset.
 *
 * Format: `union swap_header` in the Linux kernel's include/linux/swap.h, version 1, pages of 4 KiB.
 */
export function encodeSwapHeader(filesystem: Pick<Filesystem, 'sizeBytes' | 'uuid' | 'label'>): Buffer {
  const page = Buffer.alloc(pageBytes);
  page.writeUInt32LE(1, 1024);
  page.writeUInt32LE(Math.floor(filesystem.sizeBytes / pageBytes) - 1, 1028);
  Buffer.from(filesystem.uuid.replaceAll('-', ''), 'hex').copy(page, 1036);
  page.write(filesystem.label.slice(0, 15), 1052, 'utf8');
  page.write('SWAPSPACE2', pageBytes - 10, 'latin1');
  return page;
}
