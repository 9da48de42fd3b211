import { runCommand } from '@kiln/engine/util/run-command.ts';

const findMirror = `set -u
mirror=\${DIB_DISTRIBUTION_MIRROR:-$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
  grep -v '^ *#' | grep -o 'https\\?://[^ ]*' | head -n 1)}
exec curl --silent --output /dev/null --max-time 15 "\${mirror:?}"`;

let asked: Promise<string | undefined> | undefined;

/** Why a real operating system cannot be had now; undefined where it can. Asked once for all tests of a process. */
export function lackOfMirror(): Promise<string | undefined> {
  asked ??= (async () => {
    if (['', '0'].includes(process.env['KILN_OFFLINE'] ?? '')) {
      const env = Object.fromEntries(Object.entries(process.env).flatMap(([k, v]) => (v ? [[k, v]] : [])));
      const reached = await runCommand({ file: 'bash', args: ['--norc', '-c', findMirror], env });
      return reached.ok ? undefined : 'no mirror of the distribution can be reached';
    }
    return 'KILN_OFFLINE is set';
  })();
  return asked;
}
