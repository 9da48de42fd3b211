import type { OutdatedPackage, OutdatedReport } from '@kiln/engine/execute/locks/find-outdated.ts';
import type { Colours } from './colours.ts';

/** What was compared, and how it is shown. */
export interface OutdatedTextSettings {
  readonly image: string;
  /** How many packages the image has. */
  readonly packages: number;
  readonly colours: Colours;
}

/**
 * Which packages have newer versions, security updates first:
 *
 *     web: 2 of 240 packages have newer versions, 1 of them a security update
 *       security  openssl  3.0.15-1  → 3.0.16-1   bookworm-security
 *                 haproxy  2.6.12-1  → 2.6.12-2   bookworm
 */
export function outdatedText(report: OutdatedReport, settings: OutdatedTextSettings): string {
  const { image, packages, colours } = settings;
  const { indexes, outdated, unknown } = report;
  if (indexes.length === 0)
    return `${image}: nothing to compare with; its elements name no package index (see lock.d)\n`;
  const rows = outdated.map(cellsOf);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row, index) => {
    const padded = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    const text = `  ${padded.join('  ')}`.trimEnd();
    return outdated[index]?.security === true ? colours.red(text) : text;
  });
  const compared = indexes.map(({ name, date }) => `${name} (${date.slice(0, 10)})`).join(', ');
  const tail = [
    `compared with ${compared}`,
    ...(unknown.length === 0 ? [] : [`in none of them: ${unknown.join(', ')}`]),
    ...(outdated.length === 0
      ? []
      : [`to take them in: kiln lock ${image.split(':')[0] ?? ''}, then build it`]),
  ];
  return [`${image}: ${verdict(outdated, packages)}`, ...lines, ...tail].map((line) => `${line}\n`).join('');
}

function cellsOf(it: OutdatedPackage): readonly string[] {
  return [it.security ? 'security' : '', it.name, it.installed, `→ ${it.available}`, it.index];
}

function verdict(outdated: readonly OutdatedPackage[], packages: number): string {
  if (outdated.length === 0) return `all ${packages} packages are the newest`;
  const security = outdated.filter((it) => it.security).length;
  const ofThem = security === 0 ? 'none of them a' : security === 1 ? '1 of them a' : `${security} of them`;
  return `${outdated.length} of ${packages} packages have newer versions, ${ofThem} security update${security > 1 ? 's' : ''}`;
}
