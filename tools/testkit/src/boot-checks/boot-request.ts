import type { BootSettings } from '@kiln/engine/image-definition/image-definition.ts';
import type { Accelerator } from '../qemu/qemu-arguments.ts';
import type { CheckResult } from '../verify/check.ts';
import type { DeclaredCheck } from '../verify/declared/declared-check.ts';

/** Something that a reporter may show while a machine runs. */
export type BootEvent =
  | { readonly type: 'note'; readonly message: string }
  | { readonly type: 'console-line'; readonly line: string }
  | { readonly type: 'check'; readonly result: CheckResult };

export interface BootArtifactRequest {
  /** Path of a qcow2 or raw image; it is never written to. */
  readonly artifact: string;
  /** `login` or `amphora`; see `bootProfiles`. */
  readonly profile: string;
  readonly firmware: 'bios' | 'uefi';
  /** Gets `console.log` and `report.log`. */
  readonly logDirectory: string;
  /** How the image definition wants to be started; 1024 MiB of memory unless said. */
  readonly definition?: { readonly boot: Pick<BootSettings, 'memoryMebibytes'> };
  /** Versions by package name, from the manifest; where left out, the image is opened and read, which takes seconds. */
  readonly packages?: Readonly<Record<string, string>>;
  /** The elements' checks: the settings of the kernel among them are compared with those in effect. */
  readonly checks?: readonly DeclaredCheck[];
  /** The environment of the build, for the conditions of `checks`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Units that may fail. */
  readonly toleratedUnits?: readonly string[];
  readonly accelerator?: Accelerator;
  /** QEMU's name of the processor under TCG, for systems that want more than x86-64-v2: `max`. */
  readonly processorModel?: string;
  /** For the login prompt, and again for what comes after it; ten minutes unless said. */
  readonly timeoutMs?: number;
  readonly report?: (event: BootEvent) => void;
  readonly signal?: AbortSignal;
}
