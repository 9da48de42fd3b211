import type { Runner } from '../../src/util/runner.ts';

/** A runner that runs nothing: it notes each command, and fails those of one name. */
export function recordingRunner(failure: { readonly failing?: string; readonly stderr?: string } = {}) {
  const commands: (readonly string[])[] = [];
  const environments: (Readonly<Record<string, string>> | undefined)[] = [];
  const run: Runner = (command, options) => {
    commands.push(command);
    environments.push(options?.env);
    const ok = command[0] !== failure.failing;
    const stdout = command[0] === 'stat' ? '3 4096' : '';
    const stderr = ok ? '' : (failure.stderr ?? '');
    return Promise.resolve({
      ok,
      exitCode: ok ? 0 : 1,
      status: ok ? 'exit status 0' : 'exit status 1',
      stdout,
      stderr,
      durationMs: 0,
    });
  };
  return {
    run,
    commands,
    environmentOf: (word: string) => environments[commands.findIndex((command) => command.includes(word))],
  };
}

/** The first command that has this word among its arguments. */
export function commandWith(commands: readonly (readonly string[])[], word: string): readonly string[] {
  return commands.find((command) => command.includes(word)) ?? [];
}
