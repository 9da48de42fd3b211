import type { CommandProcess } from '../../src/compat/command/run-command-line.ts';

/** A process for commands under test, and what they wrote to it. */
export function capturedProcess(
  given: Partial<Pick<CommandProcess, 'cwd' | 'environment'>> = {},
): CommandProcess & { readonly out: () => string; readonly err: () => string } {
  let [out, err] = ['', ''];
  return {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    cwd: given.cwd ?? '/',
    environment: given.environment ?? {},
    out: () => out,
    err: () => err,
  };
}
