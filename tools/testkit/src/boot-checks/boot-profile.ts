import type { Runner } from '@kiln/engine/util/runner.ts';
import type { InjectedFile } from '../qemu/config-drive.ts';
import type { MachineNetwork, PortForward } from '../qemu/qemu-arguments.ts';
import type { CheckResult } from '../verify/check.ts';
import type { GuestReport } from './guest-report.ts';
import type { ImageFacts } from './image-facts.ts';

/** What a profile may use while it prepares a boot. */
export interface BootSetting {
  readonly facts: ImageFacts;
  /** Settings of the kernel that the elements declare: values by key. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Private folder, removed after the boot. */
  readonly directory: string;
  readonly run: Runner;
}

/** A guest that shows its login prompt, and may still be starting services. */
export interface BootedGuest {
  /** Settles when the guest has reported; undefined where it does not. */
  readonly report: Promise<GuestReport | undefined>;
  /** Asks for a further report, with the profile's `laterSections`; undefined where none comes. */
  readonly reportAgain: () => Promise<GuestReport | undefined>;
  /** Restarts the guest; a reason where it does not come back. It then reports as after its first boot. */
  readonly reboot: () => Promise<GuestRestart>;
  /** Milliseconds since QEMU was started. */
  readonly elapsedMs: () => number;
  /** Notes when something was reached, for the report's `reachedMs`. */
  readonly reached: (event: string) => void;
  /** Whether QEMU still runs. */
  readonly isRunning: () => boolean;
  readonly signal: AbortSignal | undefined;
}

/** How a reboot ended. */
export type GuestRestart =
  | { readonly failure: string }
  | { readonly report: Promise<GuestReport | undefined> };

/** What one kind of image needs for its boot, and how it is judged beyond what holds for all. */
export interface PreparedProfile {
  /** Injected by the config drive. */
  readonly files: readonly InjectedFile[];
  /** Run by cloud-init at the end of the boot, each a list of words. */
  readonly commands: readonly (readonly string[])[];
  readonly forwards: readonly PortForward[];
  /** Networks beside that of the management; the config drive says nothing of them. */
  readonly furtherNetworks: readonly MachineNetwork[];
  /** Sections of the guest's report, beside those of every boot. */
  readonly sections: Readonly<Record<string, string>>;
  /** Sections of the reports that the profile asks for. */
  readonly laterSections: Readonly<Record<string, string>>;
  /** Each check as soon as it is done. */
  readonly judge: (guest: BootedGuest) => AsyncIterable<CheckResult>;
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
    furtherNetworks: [],
    sections: {},
    laterSections: {},
    judge: async function* () {},
    close: () => {},
  }),
};
