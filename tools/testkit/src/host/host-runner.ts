import { fail } from '@kiln/engine/diagnostics/failure.ts';
import { hostPath, plainEnvironment, runCommand } from '@kiln/engine/util/run-command.ts';
import type { Runner } from '@kiln/engine/util/runner.ts';

/**
 * A runner for the tools of the host, as the user that runs Kiln.
 *
 * A bad status throws a BuildFailure ('host-tool-missing' where the program is absent, else 'command-failed')
 * unless the caller asked for the result whatever it is.
 */
export function createHostRunner(signal?: AbortSignal): Runner {
  return async ([file, ...args], options = {}) => {
    const result = await runCommand({
      file,
      args,
      cwd: options.cwd,
      env: options.env === undefined ? plainEnvironment : { PATH: hostPath, ...options.env },
      input: options.input,
      onLine: options.onLine,
      signal,
    });
    signal?.throwIfAborted();
    if (result.ok || options.allowFailure === true) return result;
    if (result.status.startsWith('could not start')) {
      return fail({ code: 'host-tool-missing', tool: file, neededFor: 'reading and booting images' });
    }
    const output = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-20).join('\n');
    return fail({
      code: 'command-failed',
      command: [file, ...args].join(' '),
      status: result.status,
      output,
    });
  };
}
