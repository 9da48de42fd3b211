/** One line of fstab(5), with the escapes of spaces undone. `line` counts from 1. */
export interface FstabLine {
  readonly device: string;
  readonly mountPoint: string;
  readonly type: string;
  readonly options: readonly string[];
  readonly line: number;
}

/** Parses fstab; comments and lines of fewer than three fields are left out. */
export function parseFstab(text: string): readonly FstabLine[] {
  const lines: FstabLine[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const [device, mountPoint, type, options = 'defaults'] = raw.trim().split(/\s+/u).map(unescapeField);
    if (device === undefined || mountPoint === undefined || type === undefined || device.startsWith('#'))
      continue;
    lines.push({ device, mountPoint, type, options: options.split(','), line: index + 1 });
  }
  return lines;
}

function unescapeField(field: string): string {
  return field.replace(/\\(?<code>[0-7]{3})/gu, (_, code: string) =>
    String.fromCodePoint(Number.parseInt(code, 8)),
  );
}
