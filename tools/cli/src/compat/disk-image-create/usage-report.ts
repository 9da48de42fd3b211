import { dirname } from 'node:path';
import { byteOrder } from '@kiln/engine/util/byte-order.ts';
import type { ListedFile } from '@kiln/engine/util/listed-file.ts';

/** DIB_SHOW_IMAGE_USAGE, and DIB_SHOW_IMAGE_USAGE_FULL for everything there is. */
export type UsageDetail = 'large' | 'all';

/** Smaller ones are left out of the short report. */
const largeBytes = 10 * 1024 ** 2;

/** What a file takes is counted in blocks of this size. */
const blockBytes = 4096;

const unitNames = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** The report of what files and folders of a tree take, the largest first; folders with all that is in them. */
export function usageLines(files: readonly ListedFile[], detail: UsageDetail): readonly string[] {
  const sizes = new Map<string, number>([['/', blockBytes]]);
  for (const { path, kind, sizeBytes } of files) {
    const taken = kind === 'directory' ? blockBytes : Math.ceil(sizeBytes / blockBytes) * blockBytes;
    for (let at = path; ; at = dirname(at)) {
      sizes.set(at, (sizes.get(at) ?? 0) + taken);
      if (at === '/') break;
    }
  }
  const title = detail === 'large' ? 'Image size report (files > 10MiB)' : 'Image size report';
  const rule = '='.repeat(title.length);
  const shown = [...sizes].filter(([, size]) => detail === 'all' || size >= largeBytes);
  const ordered = shown.toSorted(([a, left], [b, right]) => right - left || byteOrder(a, b));
  return [
    rule,
    title,
    rule,
    ...ordered.map(([path, size]) => `${humanSize(size).padStart(7)}\t${path}`),
    '',
    '===== end image size report =====',
    '',
  ];
}

/** As numfmt(1) has it: rounded up, with a decimal place below ten. */
function humanSize(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < unitNames.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : String(Math.ceil(value));
  return `${digits}${unitNames[unit] ?? ''}`;
}
