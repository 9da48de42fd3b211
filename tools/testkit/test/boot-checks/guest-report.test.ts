import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openGuestChannel } from '../../src/boot-checks/guest-channel.ts';
import { parseGuestReport, reportScript } from '../../src/boot-checks/guest-report.ts';

/** Runs a report's script with the shell of the host, its device being a file, which holds no words. */
function runScript(sections: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'kiln-test-'));
  try {
    const device = join(directory, 'ttyS1');
    const script = join(directory, 'report.sh');
    writeFileSync(script, reportScript({ first: sections, again: {} }, device));
    execFileSync('/bin/sh', [script]);
    return readFileSync(device, 'utf8');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('a guest report', () => {
  it('carries outputs and exit statuses from the script to the parser', () => {
    const text = runScript({
      quoted: `printf '%s\\n' "it's"`,
      silent: 'true',
      failing: 'echo why >&2; exit 3',
      'without-newline': 'printf abc',
      environment: 'echo $LC_ALL',
    });
    const report = parseGuestReport(text);
    expect(Object.fromEntries(report?.sections ?? [])).toEqual({
      quoted: { output: "it's", exitStatus: 0 },
      silent: { output: '', exitStatus: 0 },
      failing: { output: 'why', exitStatus: 3 },
      'without-newline': { output: 'abc', exitStatus: 0 },
      environment: { output: 'C', exitStatus: 0 },
    });
  });

  it('counts only when it is whole', () => {
    const text = runScript({ a: 'echo 1' });
    expect(parseGuestReport(text.slice(0, -5))).toBeUndefined();
    expect(parseGuestReport('')).toBeUndefined();
    expect(parseGuestReport(`noise\n${text}`)?.sections.get('a')?.output).toBe('1');
  });
});

describe('the words that a guest takes', () => {
  it('answers `again` with its further report, as often as it is asked, and ends when the host is gone', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kiln-test-'));
    const script = join(directory, 'report.sh');
    writeFileSync(script, reportScript({ first: { a: 'echo 1' }, again: { b: 'echo 2' } }, '/dev/tty'));
    // A terminal, as the port is one in the guest.
    const guest = spawn('script', ['--quiet', '--echo', 'never', '--command', `sh ${script}`, '/dev/null']);
    try {
      let text = '';
      let look = (): void => {};
      guest.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1').replaceAll('\r', '');
        look();
      });
      const channel = openGuestChannel(
        {
          text: () => text,
          write: (words) => void guest.stdin.write(words),
          waitFor: (expression, { from = 0 }) =>
            new Promise((resolve) => {
              look = () => {
                const match = expression.exec(text.slice(from));
                if (match !== null) resolve({ match, endsAt: from + match.index + match[0].length });
              };
              look();
            }),
        },
        { timeoutMs: 10_000 },
      );
      expect((await channel.next()).report?.sections.get('a')?.output).toBe('1');
      for (const _ of [1, 2]) {
        channel.send('again');
        const { report } = await channel.next();
        expect([...(report?.sections.keys() ?? [])]).toEqual(['b']);
        expect(report?.sections.get('b')?.output).toBe('2');
      }
      guest.stdin.end();
      await once(guest, 'exit');
    } finally {
      guest.kill();
      rmSync(directory, { recursive: true });
    }
  });
});
