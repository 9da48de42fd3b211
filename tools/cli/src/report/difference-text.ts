import type { FileDifference } from '../diff/compare-files.ts';
import type { ComparedFile } from '../diff/compared-tree.ts';
import type { ImageDifference } from '../diff/compare-images.ts';
import type { ValueDifference } from '../diff/compare-values.ts';
import type { Colours } from './colours.ts';
import { formatBytes } from './format-quantity.ts';

export interface DifferenceSettings {
  readonly colours: Colours;
  /** How many lines of each kind at most. */
  readonly most: number;
}

/**
 * How two images differ, for a person: what is only in the first with `-`, only in the second with `+`, changed with `~`.
 *
 *     packages: 1 added, 1 changed
 *       + haproxy 2.6.12-1
 *       ~ openssl 3.0.15-1 → 3.0.16-1
 *     files: 1 changed
 *       ~ /etc/motd  12 B → 14 B
 */
export function differenceText(difference: ImageDifference, settings: DifferenceSettings): string {
  const { elements, sources, packages, files, artifacts, layers } = difference;
  // Else the files say it better.
  const isHidden = files?.length === 0 && artifacts !== null && artifacts.length > 0;
  const sections = [
    section(
      'elements',
      elements,
      (it) => (it.before !== null && it.after !== null ? valueLine(it) : it.name),
      settings,
    ),
    section('sources', sources, valueLine, settings),
    section('packages', packages, valueLine, settings),
    section('files', files, fileLine, settings),
    section('layers below equal files', isHidden ? layers : [], valueLine, settings),
    section('artifacts', artifacts, artifactLine, settings),
  ];
  const text = sections.filter((it) => it !== '').join('');
  const unknown =
    files === null
      ? 'files: not compared; the layers are not in the store, and there is no disk or archive\n'
      : '';
  return text === '' && unknown === '' ? 'no difference\n' : text + unknown;
}

type Sided = { readonly before: unknown; readonly after: unknown };

function section<T extends Sided>(
  title: string,
  differences: readonly T[] | null,
  line: (difference: T) => string,
  { colours, most }: DifferenceSettings,
): string {
  if (differences === null || differences.length === 0) return '';
  const sign = (it: Sided): '+' | '-' | '~' => (it.before === null ? '+' : it.after === null ? '-' : '~');
  const paint = { '+': colours.green, '-': colours.red, '~': colours.yellow } as const;
  const counts = (['+', '-', '~'] as const)
    .map(
      (it) =>
        [
          differences.filter((one) => sign(one) === it).length,
          { '+': 'added', '-': 'removed', '~': 'changed' }[it],
        ] as const,
    )
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`);
  const shown = differences.slice(0, most).map((it) => `  ${paint[sign(it)](sign(it))} ${line(it)}`);
  const more = differences.length - shown.length;
  const rest = more > 0 ? [colours.dim(`  … and ${more} more; --all shows them`)] : [];
  return [colours.bold(`${title}: ${counts.join(', ')}`), ...shown, ...rest].map((it) => `${it}\n`).join('');
}

function valueLine({ name, before, after }: ValueDifference): string {
  if (before !== null && after !== null) return `${name} ${shortened(before)} → ${shortened(after)}`;
  return `${name} ${shortened(before ?? after ?? '')}`.trimEnd();
}

function artifactLine({ name, before, after }: ValueDifference): string {
  const shown = (value: string | null): string => {
    const [size = '0', digest = ''] = (value ?? '').split(' ');
    return `${formatBytes(Number(size))} sha256:${digest.slice(0, 12)}…`;
  };
  if (before !== null && after !== null) return `${name} ${shown(before)} → ${shown(after)}`;
  return `${name} ${shown(before ?? after)}`;
}

function fileLine({ path, before, after, content }: FileDifference): string {
  if (before === null || after === null) return `${path}  ${factsOf(before ?? after)}`;
  const changes = [
    before.kind === after.kind ? '' : `${before.kind} → ${after.kind}`,
    before.sizeBytes === after.sizeBytes
      ? ''
      : `${formatBytes(before.sizeBytes)} → ${formatBytes(after.sizeBytes)}`,
    before.mode === after.mode ? '' : `mode ${before.mode} → ${after.mode}`,
    before.owner === after.owner ? '' : `owner ${before.owner} → ${after.owner}`,
    before.target === after.target ? '' : `link ${before.target} → ${after.target}`,
  ].filter((it) => it !== '');
  const bytes =
    content === 'differs' &&
    before.sizeBytes === after.sizeBytes &&
    before.kind === 'file' &&
    after.kind === 'file';
  return `${path}  ${[...changes, ...(bytes ? [`${formatBytes(after.sizeBytes)}, other bytes`] : [])].join(', ')}`;
}

function factsOf(file: ComparedFile | null): string {
  if (file === null) return '';
  if (file.kind === 'symlink') return `→ ${file.target}`;
  const size = file.kind === 'file' ? formatBytes(file.sizeBytes) : file.kind;
  return `${size}, ${file.mode} ${file.owner}`;
}

/** Digests and commits by their beginning. */
const shortened = (value: string): string => value.replaceAll(/\b([0-9a-f]{12})[0-9a-f]{20,}\b/g, '$1');
