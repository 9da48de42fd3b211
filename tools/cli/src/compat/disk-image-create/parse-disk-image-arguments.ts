import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import type { Result } from '@kiln/engine/diagnostics/result.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import type { BuildMoment } from '@kiln/engine/execute/shell/open-shell.ts';
import { hostArchitecture } from '../../app/load-image.ts';
import { completionShells } from '../command/completion-script.ts';
import { scanOptions, type UsedOption } from '../options/scan-options.ts';
import {
  type ChecksumKind,
  type CompletionShell,
  type DiskImageAction,
  type DiskImageInvocation,
  type DiskImageMode,
  type DiskSettings,
  type LogStyle,
  logStyles,
} from './disk-image-invocation.ts';
import { type DiskImageOption, type DiskImageOptionKey, diskImageOptions } from './disk-image-options.ts';
import type { UsageDetail } from './usage-report.ts';
import { exportOptions, isOn } from './export-options.ts';
import { type GatheredOptions, gatherOptions } from './gather-options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Understands a command line of `disk-image-create` or `ramdisk-image-create` together with the environment that stands
 * behind its options.
 *
 * @param argv without the command's name.
 * @returns the invocation, or everything that is wrong with the options. That no element is named is not looked at here.
 */
export function parseDiskImageArguments(
  argv: readonly string[],
  environment: Environment,
  mode: DiskImageMode,
): Result<DiskImageInvocation> {
  const scanned = scanOptions(argv, diskImageOptions);
  if (!scanned.ok) return scanned;
  const { used, operands } = scanned.value;
  const options = gatherOptions(used);
  const exported = exportOptions(options, environment);
  const problems: Failure[] = [];
  const types = typesOf(options);
  const invocation: DiskImageInvocation = {
    mode,
    action: actionOf(options),
    elements: operands,
    architecture: nonEmpty(exported['ARCH']) ?? hostArchitecture(),
    outputName: outputNameOf(nonEmpty(exported['IMAGE_NAME']) ?? 'image', types),
    types,
    compress: !options.has('uncompressed'),
    skipBase: options.has('skip-base'),
    packages: options.all('packages').flatMap((list) => list.split(',').filter((it) => it !== '')),
    checksums: checksumsOf(exported['DIB_CHECKSUM'], problems),
    disk: diskOf(exported, options, problems),
    qemuImgOptions: nonEmpty(exported['QEMU_IMG_OPTIONS']),
    ramdiskElement: options.last('ramdisk-element') ?? 'ramdisk',
    dockerTarget: nonEmpty(exported['DOCKER_TARGET']),
    network: isOn(exported['DIB_OFFLINE']) || isOn(exported['KILN_OFFLINE']) ? 'offline' : 'online',
    overwrite: isOn(exported['OVERWRITE_OLD_IMAGE']),
    logFile: nonEmpty(exported['LOGFILE']),
    quiet: isOn(nonEmpty(exported['DIB_QUIET']) ?? (options.has('logfile') ? '1' : '0')),
    timestamps: exported['DIB_NO_TIMESTAMP'] !== '1',
    usage: usageOf(exported),
    logStyle: logStyleOf(options, problems),
    moment: momentOf(options),
    completion: completionOf(options, problems),
    json: options.has('json'),
    imageCache: nonEmpty(exported['DIB_IMAGE_CACHE']),
    environment: exported,
    arguments: argv,
    imageArguments: imageArgumentsOf(argv, used),
  };
  return problems.length > 0
    ? { ok: false, failures: problems }
    : { ok: true, value: invocation, warnings: [] };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function actionOf(options: GatheredOptions): DiskImageAction {
  const actions = ['help', 'version', 'completion', 'explain', 'dry-run'] as const;
  const usual = momentOf(options) === undefined ? 'build' : 'shell';
  return actions.find((action) => options.has(action)) ?? usual;
}

/** Options that decide nothing of an image. */
const sayingHow: ReadonlySet<DiskImageOptionKey> = new Set<DiskImageOptionKey>([
  'image-cache',
  'min-tmpfs',
  'no-tmpfs',
  'offline',
  'checksum',
  'logfile',
  'dry-run',
  'explain',
  'shell-before',
  'shell-after',
  'json',
  'log-style',
]);

function imageArgumentsOf(
  argv: readonly string[],
  used: readonly UsedOption<DiskImageOption>[],
): readonly string[] {
  const left = new Set<number>();
  for (const { option, words } of used)
    if (sayingHow.has(option.key)) for (let at = words[0]; at < words[1]; at += 1) left.add(at);
  return argv.filter((_, index) => !left.has(index));
}

function momentOf(options: GatheredOptions): BuildMoment | undefined {
  const before = options.last('shell-before');
  if (before !== undefined) return { when: 'before', what: before };
  const after = options.last('shell-after');
  return after === undefined ? undefined : { when: 'after', what: after };
}

function typesOf(options: GatheredOptions): readonly string[] {
  const given = (options.last('types') ?? '').split(',').filter((type) => type !== '');
  return given.length === 0 ? ['qcow2'] : [...new Set(given)];
}

/** A suffix goes only where it is clear which one is meant: with exactly one type. */
function outputNameOf(name: string, types: readonly string[]): string {
  const suffix = `.${types[0] ?? ''}`;
  return types.length === 1 && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}

function checksumsOf(value: string | undefined, problems: Failure[]): readonly ChecksumKind[] {
  if (value === undefined || value === '' || value === '0') return [];
  if (value === '1') return ['md5', 'sha256'];
  const kinds = value.split(',').map((kind) => kind.trim());
  const known = kinds.flatMap((kind): ChecksumKind[] => (kind === 'md5' || kind === 'sha256' ? [kind] : []));
  if (known.length < kinds.length)
    problems.push(wrong('DIB_CHECKSUM', value, '0, 1, md5, sha256, or md5,sha256'));
  return [...new Set(known)];
}

const gibibyte = 1024 ** 3;
const mebibyte = 1024 ** 2;

/** mke2fs counts in blocks of this size on all but tiny disks. */
const filesystemBlockBytes = 4096;

function diskOf(exported: Environment, options: GatheredOptions, problems: Failure[]): DiskSettings {
  const number = (name: string, key: DiskImageOptionKey, unitBytes: number): number | undefined => {
    const text = nonEmpty(exported[name]);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (Number.isFinite(value) && value > 0) return Math.floor(value * unitBytes);
    const option = diskImageOptions.find((it) => it.key === key);
    const asked = options.has(key) && option?.long !== undefined ? `--${option.long}` : name;
    problems.push(wrong(asked, text, `a number above 0, such as ${unitBytes === gibibyte ? '2.5' : '512'}`));
    return undefined;
  };
  const blockSize = nonEmpty(exported['DIB_BLOCK_SIZE']);
  return {
    sizeBytes: number('DIB_IMAGE_SIZE', 'image-size', gibibyte),
    extraSizeBytes: number('DIB_IMAGE_EXTRA_SIZE', 'image-extra-size', mebibyte),
    journalSizeBytes: number('DIB_JOURNAL_SIZE', 'journal-size', mebibyte),
    maxOnlineResizeBytes: number('MAX_ONLINE_RESIZE', 'max-online-resize', filesystemBlockBytes),
    blockSizeBytes: blockSize === undefined ? undefined : blockSizeOf(blockSize, problems),
    mkfsOptions: (exported['MKFS_OPTS'] ?? '').split(/\s+/).filter((word) => word !== ''),
    rootLabel: nonEmpty(exported['ROOT_LABEL']),
    rootFilesystem: nonEmpty(exported['FS_TYPE']) ?? 'ext4',
  };
}

function blockSizeOf(text: string, problems: Failure[]): number {
  const size = Number(text);
  if (size !== 512 && size !== 4096) problems.push(wrong('DIB_BLOCK_SIZE', text, '512 or 4096'));
  return size;
}

function completionOf(options: GatheredOptions, problems: Failure[]): CompletionShell | undefined {
  const given = options.last('completion');
  const shell = completionShells.find((it) => it === given);
  if (given !== undefined && shell === undefined)
    problems.push(wrong('--completion', given, `one of ${completionShells.join(', ')}`));
  return shell;
}

function usageOf(exported: Environment): UsageDetail | undefined {
  if (!isOn(exported['DIB_SHOW_IMAGE_USAGE'])) return undefined;
  return isOn(exported['DIB_SHOW_IMAGE_USAGE_FULL']) ? 'all' : 'large';
}

function logStyleOf(options: GatheredOptions, problems: Failure[]): LogStyle {
  const given = options.last('log-style') ?? (options.has('json') ? 'json' : 'dib');
  const style = logStyles.find((it) => it === given);
  const near = nearName(given, logStyles);
  if (style === undefined)
    problems.push(
      wrong(
        '--log-style',
        given,
        `one of ${logStyles.join(', ')}${near === undefined ? '' : `; did you mean '${near}'?`}`,
      ),
    );
  return style ?? 'dib';
}

function wrong(option: string, value: string, expected: string): Failure {
  return { code: 'option-value-wrong', option, value, expected };
}
