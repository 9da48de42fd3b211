import type { Accelerator } from '../qemu/qemu-arguments.ts';
import type { CheckResult } from '../verify/check.ts';

/** What starting an image came to. */
export interface BootReport {
  readonly artifact: string;
  readonly profile: string;
  readonly firmware: 'bios' | 'uefi';
  readonly accelerator: Accelerator;
  readonly passed: boolean;
  readonly counts: { readonly pass: number; readonly fail: number; readonly skip: number };
  readonly checks: readonly CheckResult[];
  /** Milliseconds from the start of QEMU to each event, by its name: `login`, `report`, `agent`. */
  readonly reachedMs: Readonly<Record<string, number>>;
  readonly logDirectory: string;
}
