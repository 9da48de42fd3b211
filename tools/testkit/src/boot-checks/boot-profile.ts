import type { Runner } from '@kiln/engine/util/runner.ts';
import type { InjectedFile } from '../qemu/config-drive.ts';
import type { CheckResult } from '../verify/check.ts';
import type { GuestReport } from './guest-report.ts';
import type { ImageFacts } from './image-facts.ts';

/** What a profile may use while it prepares a boot. */
export interface BootSetting {
  readonly facts: ImageFacts;
  /** Private folder, removed after the boot. */
  readonly directory: string;
  readonly run: Runner;
}

/** A guest that shows its login prompt, and may still be starting services. */
export interface BootedGuest {
  /** Settles when the guest has reported; undefined where it does not. */
  readonly report: Promise<GuestReport | undefined>;
  /** Milliseconds since QEMU was started. */
  readonly elapsedMs: () => number;
  /** Notes when something was reached, for the report's `reachedMs`. */
  readonly reached: (event: string) => void;
  /** Whether QEMU still runs. */
  readonly isRunning: () => boolean;
  readonly signal: AbortSignal | undefined;
}

/** What one kind of image needs for its boot, and how it is judged beyond what holds for all. */
export interface PreparedProfile {
  /** Injected by the config drive. */
  readonly files: readonly InjectedFile[];
  /** Run by cloud-init at the end of the boot, each a list of words. */
  readonly commands: readonly (readonly string[])[];
  readonly forwards: readonly { readonly hostPort: number; readonly guestPort: number }[];
  /** Sections of the guest's report, beside those of every boot. */
  readonly sections: Readonly<Record<string, string>>;
  readonly judge: (guest: BootedGuest) => Promise<readonly CheckResult[]>;
  readonly close: () => void;
}

/** A kind of image, as `boot.profile` of the image definition names it. */
export interface BootProfile {
  readonly name: string;
  readonly prepare: (setting: BootSetting) => Promise<PreparedProfile>;
}

/** The login prompt, a clean boot, and nothing more. */
export const loginProfile: BootProfile = {
  name: 'login',
  prepare: async () => ({
    files: [],
    commands: [],
    forwards: [],
    sections: {},
    judge: async () => [],
    close: () => {},
  }),
};
