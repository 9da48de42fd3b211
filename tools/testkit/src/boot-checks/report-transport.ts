import { createHash, randomBytes } from 'node:crypto';
import type { Runner } from '@kiln/engine/util/runner.ts';
import type { SerialPort } from '../qemu/serial-port.ts';

/** Where the guest finds the report's script, and the serial port that takes the report. */
export const reportPath = '/run/kiln-report.sh';
export const reportDevice = '/dev/ttyS1';

/**
 * User-data that lets cloud-init start the report, after what the caller wants to run anyway. The report runs in a
 * unit of its own, since it waits for cloud-init, which waits for runcmd.
 *
 * @param commands further `runcmd` entries, each a list of words.
 */
export function reportUserData(script: string, commands: readonly (readonly string[])[] = []): string {
  const start = ['systemd-run', '--unit=kiln-report', '--no-block', '/bin/sh', reportPath];
  const config = {
    write_files: [
      {
        path: reportPath,
        permissions: '0700',
        encoding: 'b64',
        content: Buffer.from(script).toString('base64'),
      },
    ],
    runcmd: [...commands, start],
  };
  // JSON is YAML.
  return `#cloud-config\n${JSON.stringify(config, undefined, 1)}\n`;
}

/** A login that exists only in the machine under test. */
export interface ProbeLogin {
  readonly user: string;
  readonly password: string;
  /** systemd credentials that make the login, and bring the report's script. */
  readonly credentials: Readonly<Record<string, string>>;
}

/**
 * A way into images without cloud-init: the credential `tmpfiles.extra` makes systemd-tmpfiles (252 and later) append
 * a user of number 0 to the running system's /etc/passwd, and write the report's script into /run. The image on disk
 * stays as it is, since the machine writes to an overlay.
 */
export async function makeProbeLogin(script: string, run: Runner): Promise<ProbeLogin> {
  const user = 'kiln-probe';
  const password = randomBytes(12).toString('hex');
  const salt = createHash('sha256').update(password).digest('hex').slice(0, 12);
  const { stdout } = await run(['openssl', 'passwd', '-6', '-salt', salt, '-stdin'], {
    input: `${password}\n`,
  });
  const encoded = Buffer.from(script).toString('base64');
  const lines = [
    `w+ /etc/passwd - - - - ${user}:${stdout.trim()}:0:0:probe:/:/bin/sh\\n`,
    `f+~ ${reportPath} 0700 root root - ${encoded}`,
  ];
  return { user, password, credentials: { 'tmpfiles.extra': `${lines.join('\n')}\n` } };
}

/**
 * Logs in on the console once it shows a login prompt, and starts the report.
 *
 * @returns undefined where that went well, else why it did not.
 */
export async function startReportByLogin(
  console: SerialPort,
  login: ProbeLogin,
  options: { readonly from: number; readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<string | undefined> {
  const { timeoutMs, signal } = options;
  console.write(`${login.user}\n`);
  const asked = await console.waitFor(/password: ?$/imu, { from: options.from, timeoutMs, signal });
  if ('failure' in asked) return `no password prompt after the user name (${asked.failure})`;
  console.write(`${login.password}\n`);
  const shell = await console.waitFor(/(?<prompt>[#$] ?$)|(?<refused>login incorrect|incorrect)/imu, {
    from: asked.endsAt,
    timeoutMs,
    signal,
  });
  if ('failure' in shell) return `no shell after the password (${shell.failure})`;
  if (shell.match.groups?.['refused'] !== undefined) {
    return 'the login was refused: the image takes no systemd credentials (systemd before 252?)';
  }
  console.write(`setsid sh ${reportPath} </dev/null >/dev/null 2>&1 &\n`);
  return undefined;
}
