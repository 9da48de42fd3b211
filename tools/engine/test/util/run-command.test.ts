import { expect, test } from 'vitest';
import { runCommand } from '../../src/util/run-command.ts';

const bash = (script: string, more: Partial<Parameters<typeof runCommand>[0]> = {}) =>
  runCommand({ file: 'bash', args: ['--norc', '-c', script], ...more });

test('tells how a process ended, in words', async () => {
  expect(await bash('echo out; echo err >&2')).toMatchObject({
    ok: true,
    exitCode: 0,
    status: 'exit status 0',
    stdout: 'out',
    stderr: 'err',
  });
  expect(await bash('exit 3')).toMatchObject({ ok: false, exitCode: 3, status: 'exit status 3' });
  expect(await bash('kill -KILL $$')).toMatchObject({ ok: false, status: 'killed by SIGKILL' });
  expect(await bash('exec 3<> <(:); read -r <&3', { timeoutMs: 50 })).toMatchObject({ status: 'timed out' });
  const missing = await runCommand({ file: 'no-such-program', args: [] });
  expect(missing).toMatchObject({ ok: false, exitCode: undefined });
  expect(missing.status).toMatch(/^could not start: /);
});

test('nothing of the environment is inherited, and standard input is empty', async () => {
  const { stdout } = await bash('env; read -r line; echo "[$line]"', { env: { GIVEN: '1' } });
  expect(stdout).toMatch(/^GIVEN=1$/m);
  expect(stdout).toMatch(/\[\]$/);
  expect(stdout).not.toMatch(/^(HOME|NODE_|npm_)/m);
});

test('lines come one by one, the last one even without its end', async () => {
  const lines: string[] = [];
  await bash('echo one; echo; printf two', { onLine: (line) => lines.push(line) });
  expect(lines).toEqual(['one', '', 'two']);
});

test('a signal ends a process', async () => {
  const interrupt = new AbortController();
  const running = bash('exec 3<> <(:); echo ready; read -r <&3', {
    signal: interrupt.signal,
    onLine: () => interrupt.abort(),
  });
  expect(await running).toMatchObject({ ok: false, status: 'cancelled' });
});

test('a process that it leaves behind with its output does not hold up the end', async () => {
  const { ok, stdout, durationMs } = await bash('echo done; (exec 3<> <(:); read -r -t 20 <&3) & disown');
  expect({ ok, stdout }).toEqual({ ok: true, stdout: 'done' });
  expect(durationMs).toBeLessThan(15_000);
});
