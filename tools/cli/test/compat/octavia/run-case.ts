import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { DiskImageInvocation } from '../../../src/compat/disk-image-create/disk-image-invocation.ts';
import { main } from '../../../src/compat/octavia/diskimage-create.ts';
import type { AmphoraHost } from '../../../src/compat/octavia/plan-amphora.ts';
import { readAmphoraHost } from '../../../src/compat/octavia/read-amphora-host.ts';

/** One call of the command: its words and the variables beside HOME. */
export interface Call {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly host?: Partial<AmphoraHost>;
}

/** What came of a call. Paths are as in the recording: `@CWD@`, `@HOME@`, `@OCTAVIA@`. */
export interface CallResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly invocations: readonly DiskImageInvocation[];
  /** Entries of the folder of the call, but for the image. */
  readonly leftover: readonly string[];
}

/** Bytes of the image that the stand-in for `disk-image-create` writes. */
const imageBytes = 7;

/**
 * Calls the command in an empty folder. In place of a build, a file is written as `disk-image-create` would name it, and the
 * exit code is STUB_RC, as in the recording.
 */
export async function runCase({ argv, env = {}, host = {} }: Call): Promise<CallResult> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'octavia-call-')));
  try {
    const [cwd, home] = [join(folder, 'cwd'), join(folder, 'home')];
    mkdirSync(cwd);
    mkdirSync(home);
    const io = captured(cwd, { HOME: home, ...env });
    const real = readAmphoraHost(cwd, io.process.environment);
    const known: AmphoraHost = { ...real, system: 'Debian GNU/Linux', selinuxEnforces: false, ...host };
    const invocations: DiskImageInvocation[] = [];
    const images = new Set<string>();
    const exitCode = await main(argv, 'diskimage-create.sh', {
      io: io.process,
      host: known,
      create: async (invocation) => {
        invocations.push(invocation);
        const status = Number(env['STUB_RC'] ?? '0');
        const image = `${invocation.outputName}.${invocation.types[0]}`;
        if (status === 0) writeFileSync(image, 'x'.repeat(imageBytes));
        images.add(basename(image));
        return status;
      },
    });
    const leftover = readdirSync(cwd).filter((name) => !images.has(name));
    const named = (text: string): string =>
      text.replaceAll(cwd, '@CWD@').replaceAll(home, '@HOME@').replaceAll(known.ownFolder, '@OCTAVIA@');
    return { exitCode, stdout: named(io.stdout()), stderr: named(io.stderr()), invocations, leftover };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function captured(cwd: string, environment: Readonly<Record<string, string>>) {
  const written = { stdout: '', stderr: '' };
  return {
    process: {
      cwd,
      environment,
      stdout: { write: (text: string) => (written.stdout += text) },
      stderr: { write: (text: string) => (written.stderr += text) },
    },
    stdout: () => written.stdout,
    stderr: () => written.stderr,
  };
}
