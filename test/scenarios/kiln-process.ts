import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Rig } from '@kiln/testkit/rig/open-rig.ts';

const script = join(import.meta.dirname, '../../tools/cli/bin/kiln.js');

/** How a command ended. */
export interface KilnRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `kiln` command at work. */
export interface KilnProcess {
  readonly finished: Promise<KilnRun>;
  /** Settles when standard error, or the terminal, has said this, after what was awaited before; fails if the command ends first. */
  readonly said: (what: RegExp) => Promise<string>;
  readonly interrupt: () => void;
  /** Types on its terminal, where it has one. */
  readonly type: (text: string) => void;
}

/** Makes the rig a workspace and runs a command in it, with the rig's store. */
export async function kiln(rig: Rig, args: readonly string[], options: KilnOptions = {}): Promise<KilnRun> {
  return (await startKiln(rig, args, options)).finished;
}

export interface KilnOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** A terminal of its own, which is both of its outputs: standard output has them. */
  readonly terminal?: 'of its own';
}

/** The same without waiting for its end. */
export async function startKiln(
  rig: Rig,
  args: readonly string[],
  options: KilnOptions = {},
): Promise<KilnProcess> {
  await rig.write('nx.json', '{}\n');
  const hasTerminal = options.terminal !== undefined;
  const command = [process.execPath, script, ...args];
  const [program = '', ...words] = hasTerminal
    ? ['script', '--quiet', '--flush', '--return', '--command', command.join(' '), '/dev/null']
    : command;
  const child = spawn(program, words, {
    cwd: rig.root,
    env: { ...process.env, KILN_STORE: rig.store, NO_COLOR: '1', ...options.environment },
  });
  if (!hasTerminal) child.stdin.end(options.input ?? '');
  let [stdout, stderr, heard] = ['', '', 0];
  const listeners = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (hasTerminal) for (const listen of listeners) listen();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    for (const listen of listeners) listen();
  });
  const finished = new Promise<KilnRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  return {
    finished,
    interrupt: () => void child.kill('SIGINT'),
    type: (text) => void child.stdin.write(text),
    said: (what) =>
      new Promise((resolve, reject) => {
        const listen = (): void => {
          const found = what.exec((hasTerminal ? stdout : stderr).slice(heard));
          if (found === null) return;
          heard += found.index + found[0].length;
          listeners.delete(listen);
          resolve(found[0]);
        };
        listeners.add(listen);
        void finished.then(() =>
          reject(new Error(`it ended without saying ${what}:\n${hasTerminal ? stdout : stderr}`)),
        );
        listen();
      }),
  };
}
