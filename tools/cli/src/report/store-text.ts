import type { Collection } from '@kiln/engine/store/collect-garbage.ts';
import type { StoreSurvey } from '@kiln/engine/store/survey-store.ts';
import type { StoreVerification } from '@kiln/engine/store/verify-store.ts';
import type { Colours } from './colours.ts';
import { formatBytes } from './format-quantity.ts';

/**
 * What a store holds, as a table.
 *
 *     /home/me/.cache/kiln
 *       kind             count    size  wanted by images
 *       layers              12  371 MB            371 MB
 *       cache apt-debian   412   81 MB
 *       total                   745 MB of 21 GB
 */
export function storeText(status: {
  readonly directory: string;
  readonly limitBytes: number | undefined;
  readonly survey: StoreSurvey;
  readonly colours: Colours;
}): string {
  const { directory, limitBytes, survey, colours } = status;
  const rows = [
    ...survey.kinds
      .filter(({ count }) => count > 0)
      .map((it) => [it.kind, String(it.count), formatBytes(it.sizeBytes), formatBytes(it.wantedBytes)]),
    ...survey.caches.map((it) => [`cache ${it.name}`, String(it.fileCount), formatBytes(it.sizeBytes), '']),
  ];
  const limit = limitBytes === undefined ? '' : `of at most ${formatBytes(limitBytes)}`;
  const table = columns([
    ['kind', 'count', 'size', 'wanted by images'],
    ...rows,
    ['total', '', formatBytes(survey.totalBytes), limit],
  ]);
  const [heading = '', ...lines] = table;
  const lost = survey.keysWithoutBlob;
  return [
    colours.bold(directory),
    colours.dim(`  ${heading}`),
    ...lines.map((line) => `  ${line}`),
    ...(lost === 0
      ? []
      : [colours.dim(`  ${lost} keys lead to nothing any more; that is made again when it is needed`)]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The first column to the left, the others to the right. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** What a collection removed, and why the rest is still there. */
export function collectionText(collection: Collection): string {
  const { removedBlobs, removedCaches, freedBytes, keptBytes, keptFor, mode } = collection;
  const reasons = [
    [keptFor.wantedBytes, 'wanted by images'],
    [keptFor.recentBytes, 'used lately'],
    [keptFor.cacheBytes, 'in package caches'],
  ] as const;
  const why = reasons.flatMap(([bytes, reason]) => (bytes > 0 ? [`${formatBytes(bytes)} ${reason}`] : []));
  const caches = removedCaches.length === 0 ? '' : ` and ${removedCaches.length} package caches`;
  const beside =
    mode === 'alone'
      ? ''
      : 'a build is running: what was used within the last day was kept, and all package caches\n';
  return `removed ${removedBlobs} blobs${caches}, ${formatBytes(freedBytes)}; ${formatBytes(keptBytes)} kept${why.length === 0 ? '' : `: ${why.join(', ')}`}\n${beside}`;
}

/** Whether a store is sound. */
export function verificationText(result: StoreVerification): string {
  const { checkedBlobs, checkedBytes, damaged, keysWithoutBlob } = result;
  const lost =
    keysWithoutBlob.length === 0
      ? ''
      : `${keysWithoutBlob.length} keys lead to nothing any more; that is made again when it is needed\n`;
  const summary = `checked ${checkedBlobs} blobs, ${formatBytes(checkedBytes)}: `;
  if (damaged.length === 0) return `${summary}all sound\n${lost}`;
  const lines = damaged.map(({ digest, keys }) => `  ${digest} (${keys.join(', ') || 'under no key'})\n`);
  return `${summary}${damaged.length} damaged, and removed; they are made again when they are needed\n${lines.join('')}${lost}`;
}
