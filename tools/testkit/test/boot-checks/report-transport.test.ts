import { describe, expect, it } from 'vitest';
import {
  makeProbeLogin,
  reportUserData,
  startReportByLogin,
} from '../../src/boot-checks/report-transport.ts';
import type { SerialMatch, SerialPort, WaitFailure } from '../../src/qemu/serial-port.ts';

describe('reportUserData', () => {
  it('writes the script and starts it last, in a unit of its own', () => {
    const [header, ...lines] = reportUserData('echo hi\n', [['systemctl', 'restart', 'rsyslog']]).split('\n');
    expect(header).toBe('#cloud-config');
    const config = JSON.parse(lines.join('\n'));
    expect(Buffer.from(config.write_files[0].content, 'base64').toString()).toBe('echo hi\n');
    expect(config.runcmd[0]).toEqual(['systemctl', 'restart', 'rsyslog']);
    expect(config.runcmd[1].slice(0, 3)).toEqual(['systemd-run', '--unit=kiln-report', '--no-block']);
  });
});

describe('makeProbeLogin', () => {
  it('brings a user of number 0 and the script as a credential', async () => {
    const login = await makeProbeLogin('echo hi\n', async (command, options) => {
      expect(command.slice(0, 3)).toEqual(['openssl', 'passwd', '-6']);
      expect(String(options?.input)).toMatch(/^[0-9a-f]{24}\n$/u);
      return { ok: true, exitCode: 0, status: '', stdout: '$6$salt$hash\n', stderr: '', durationMs: 0 };
    });
    const [user = '', script = ''] = (login.credentials['tmpfiles.extra'] ?? '').split('\n');
    expect(user).toBe(`w+ /etc/passwd - - - - ${login.user}:$6$salt$hash:0:0:probe:/:/bin/sh\\n`);
    expect(Buffer.from(script.split(' ').at(-1) ?? '', 'base64').toString()).toBe('echo hi\n');
    expect(script).not.toContain(login.password);
  });
});

/** A console that answers each wait with the next of the given outcomes. */
function scriptedConsole(outcomes: readonly (string | WaitFailure)[]) {
  const written: string[] = [];
  const queue = [...outcomes];
  const port: Pick<SerialPort, 'write' | 'waitFor'> = {
    write: (text) => void written.push(text),
    waitFor: async (expression): Promise<SerialMatch | { readonly failure: WaitFailure }> => {
      const outcome = queue.shift() ?? 'timed out';
      if (outcome === 'timed out' || outcome === 'the machine ended' || outcome === 'cancelled')
        return { failure: outcome };
      const match = expression.exec(outcome);
      return match === null ? { failure: 'timed out' } : { match, endsAt: 0 };
    },
  };
  return { written, port: port as SerialPort };
}

describe('startReportByLogin', () => {
  const login = { user: 'u', password: 'p', credentials: {} };
  const options = { from: 0, timeoutMs: 1 };

  it('logs in and starts the script', async () => {
    const { port, written } = scriptedConsole(['Password: ', 'Linux\n# ']);
    expect(await startReportByLogin(port, login, options)).toBeUndefined();
    expect(written.slice(0, 2)).toEqual(['u\n', 'p\n']);
    expect(written[2]).toContain('/run/kiln-report.sh');
  });

  it.each([
    [['timed out'], /no password prompt/u],
    [['Password: ', 'Login incorrect\nhost login: '], /takes no systemd credentials/u],
    [['Password: ', 'the machine ended'], /no shell/u],
  ])('says why it could not: %j', async (outcomes, says) => {
    expect(await startReportByLogin(scriptedConsole(outcomes).port, login, options)).toMatch(says);
  });
});
