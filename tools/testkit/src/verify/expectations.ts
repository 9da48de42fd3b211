import type { DiskLayout } from '@kiln/engine/block-device/disk-layout.ts';

/** What is expected of an image beyond what holds for any. An undefined expectation is not checked. */
export interface Expectations {
  /** Virtual size of the disk. */
  readonly sizeBytes?: number | undefined;
  /** The disk as it was planned. */
  readonly layout?: DiskLayout | undefined;
  readonly rootLabel?: string | undefined;
  readonly format?: 'qcow2' | 'raw' | undefined;
  /** The environment of the build, for `when:` in verify.yaml. */
  readonly environment: Readonly<Record<string, string>>;
  /** `locked` unless the definition asks for a password. */
  readonly rootPassword: 'locked' | 'set';
  /** `present` where the definition brings keys for ssh logins. */
  readonly authorizedKeys: 'absent' | 'present';
  /** `expected` where the disk must boot by itself: kernel, bootloader and so on; undefined: found out from the disk. */
  readonly kernel?: 'expected' | 'absent' | undefined;
  /** Name servers of the build host, which must not be in the image. */
  readonly hostNameservers: readonly string[];
}

/** What is expected of an image of which nothing is known. */
export const noExpectations: Expectations = {
  environment: {},
  rootPassword: 'locked',
  authorizedKeys: 'absent',
  hostNameservers: [],
};
