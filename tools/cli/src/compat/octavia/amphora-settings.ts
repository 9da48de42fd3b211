import type { OctaviaGeneration } from './octavia-generation.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a call of `diskimage-create.sh` asks for: options, then `AMP_…` variables, then defaults; each value is valid. */
export interface AmphoraSettings {
  readonly generation: OctaviaGeneration;
  /** Undefined: the host's. */
  readonly architecture: string | undefined;
  /** Name of the backend's element. */
  readonly backend: string;
  /** Undefined: the usual one. */
  readonly cache: string | undefined;
  /** Element of the distribution. */
  readonly system: string;
  readonly release: string | undefined;
  readonly kernel: string | undefined;
  readonly macSecurity: boolean;
  readonly tmpfs: boolean;
  readonly gitBranch: string | undefined;
  readonly logFile: string | undefined;
  readonly cpuPinning: boolean;
  readonly sshd: boolean;
  /** As given; undefined: the usual name. */
  readonly output: string | undefined;
  readonly packages: boolean;
  readonly rootPassword: RootPassword | undefined;
  /** In GiB; undefined: as much as the distribution needs. */
  readonly sizeGib: number | undefined;
  readonly type: string;
  readonly workingDirectory: string | undefined;
  readonly trace: boolean;
  readonly fips: boolean;
}

/** Where root's password comes from. */
export type RootPassword = { readonly value: string } | { readonly file: string };

/** Why nothing is built: lines for standard output, as Octavia's script has them, and its exit code. */
export interface Refusal {
  readonly exitCode: 1 | 2 | 3;
  readonly lines: readonly string[];
}

export type OrRefusal<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };
