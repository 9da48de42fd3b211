import { hostPath } from '../../util/run-command.ts';
import type { Runner } from '../../util/runner.ts';
import type { Filesystem } from '../disk-layout.ts';
import type { TreeView } from './tree-view.ts';

/** One filesystem to be made and filled. */
export interface FilesystemWriting {
  readonly filesystem: Filesystem;
  readonly sectorBytes: number;
  readonly diskFile: string;
  /** Where data of files may be noted instead of copied (`readDeferred`); undefined: it is copied. */
  readonly deferredFile: string | undefined;
  readonly view: TreeView;
  /** Every time that a tool would take from the clock. */
  readonly epochSeconds: number;
  readonly run: Runner;
}

/** The environment of all commands that write filesystems; nothing of the host's may show in the bytes. */
export const commandEnvironment = {
  PATH: hostPath,
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  HOME: '/nonexistent',
} as const;
