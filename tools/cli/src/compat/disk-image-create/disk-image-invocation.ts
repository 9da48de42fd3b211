import type { completionShells } from '../command/completion-script.ts';
import type { UsageDetail } from './usage-report.ts';
import type { BuildMoment } from '@kiln/engine/execute/shell/open-shell.ts';

/** Which of the two commands is called: `disk-image-create` or `ramdisk-image-create`. */
export type DiskImageMode = 'disk' | 'ramdisk';

export type ChecksumKind = 'md5' | 'sha256';

/** What the command is to do. */
export type DiskImageAction = 'build' | 'dry-run' | 'explain' | 'shell' | 'completion' | 'help' | 'version';

export type CompletionShell = (typeof completionShells)[number];

/** How a build is shown: diskimage-builder's lines, or one of `kiln build`'s views. */
export const logStyles = ['dib', 'live', 'plain', 'json'] as const;
export type LogStyle = (typeof logStyles)[number];

/** Sizes and the like that decide the disk; undefined: computed, or the usual. */
export interface DiskSettings {
  /** The whole disk. */
  readonly sizeBytes: number | undefined;
  /** Added to the tree instead of a share of it; counts only where `sizeBytes` is undefined. */
  readonly extraSizeBytes: number | undefined;
  readonly journalSizeBytes: number | undefined;
  /** The most that the root filesystem can be grown to while it is mounted. */
  readonly maxOnlineResizeBytes: number | undefined;
  /** Size of a sector. */
  readonly blockSizeBytes: number | undefined;
  /** More words for mkfs of the root filesystem. */
  readonly mkfsOptions: readonly string[];
  readonly rootLabel: string | undefined;
  readonly rootFilesystem: string;
}

/** A call of `disk-image-create` or `ramdisk-image-create`, understood: options and environment together, defaults filled in. */
export interface DiskImageInvocation {
  readonly mode: DiskImageMode;
  readonly action: DiskImageAction;
  /** As on the command line; what the command itself adds is not among them. */
  readonly elements: readonly string[];
  readonly architecture: string;
  /** Path without the suffix of a type, as given: relative to the folder of the call, or absolute. */
  readonly outputName: string;
  /** As given, in order, each once. */
  readonly types: readonly string[];
  readonly compress: boolean;
  readonly skipBase: boolean;
  readonly packages: readonly string[];
  readonly checksums: readonly ChecksumKind[];
  readonly disk: DiskSettings;
  readonly qemuImgOptions: string | undefined;
  readonly ramdiskElement: string;
  readonly dockerTarget: string | undefined;
  readonly network: 'online' | 'offline';
  /** Existing outputs of another content are replaced, not renamed. */
  readonly overwrite: boolean;
  readonly logFile: string | undefined;
  readonly quiet: boolean;
  readonly timestamps: boolean;
  readonly logStyle: LogStyle;
  /** Whether, and how fully, the log is to say what takes room in the image. */
  readonly usage: UsageDetail | undefined;
  /** Of the action 'shell': in which state of the tree. */
  readonly moment: BuildMoment | undefined;
  /** Of the action 'completion': for which shell. */
  readonly completion: CompletionShell | undefined;
  /** `--dry-run` and `--explain` print JSON. */
  readonly json: boolean;
  /** Explicit folder of the cache; undefined: the usual one. */
  readonly imageCache: string | undefined;
  /** The user's, with what the options export on top. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The words of the command line after the command. */
  readonly arguments: readonly string[];
  /** Those among them that say what is built, and not how, where, or with which words: what may be written into the image. */
  readonly imageArguments: readonly string[];
}
