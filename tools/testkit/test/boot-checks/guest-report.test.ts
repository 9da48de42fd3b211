import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseGuestReport, reportScript } from '../../src/boot-checks/guest-report.ts';

/** Runs a report's script with the shell of the host, its device being a file. */
function runScript(sections: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'kiln-test-'));
  try {
    const device = join(directory, 'ttyS1');
    const script = join(directory, 'report.sh');
    writeFileSync(script, reportScript(sections, device));
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
