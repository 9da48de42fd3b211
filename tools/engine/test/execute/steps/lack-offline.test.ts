import { expect, it } from 'vitest';
import { watchForLack } from '../../../src/execute/steps/lack-offline.ts';

function lackIn(...lines: readonly string[]): string | undefined {
  const lack = watchForLack();
  for (const line of lines) lack.look(line);
  return lack.what();
}

it.each([
  [
    [
      "  Temporary failure resolving 'mirror.example.org'",
      'E: Failed to fetch http://mirror.example.org/pool/p/procps_4.0_amd64.deb  Temporary failure',
    ],
    'procps_4.0_amd64.deb',
  ],
  [['curl: (6) Could not resolve host: example.org'], 'something from example.org'],
  [
    ["fatal: unable to access 'https://example.org/a/repo.git/': Could not resolve host: example.org"],
    'repo.git',
  ],
  [['Could not fetch URL https://example.org/simple/wheel/: connection error'], 'wheel'],
  [['E: Unable to locate package nothing'], undefined],
])('finds in %j what was wanted', (lines, what) => expect(lackIn(...lines)).toBe(what));
