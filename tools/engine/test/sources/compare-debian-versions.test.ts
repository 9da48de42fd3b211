import { expect, test } from 'vitest';
import { findHostTool } from '../../src/execute/read-host-facts.ts';
import { compareDebianVersions } from '../../src/sources/compare-debian-versions.ts';
import { runCommand } from '../../src/util/run-command.ts';

/** In rising order. */
const versions = [
  '0~~',
  '0~~a',
  '0~',
  '0',
  '0+b1',
  '0.0',
  '1~rc1-1',
  '1-0ubuntu1',
  '1-1~bpo12+1',
  '1-1',
  '1-1+b1',
  '1-1+deb12u1',
  '1-1+deb12u10',
  '1.0-1',
  '1.0a-1',
  '1.0+dfsg-1',
  '1.2.3',
  '1.2.10',
  '1.2.10-1',
  '9007199254740993-1',
  '9007199254740994-1',
  '1:0.1',
  '2:0~1',
];

test('versions are ordered as deb-version(7) has it', () => {
  const sign = (value: number): number => Math.sign(value);
  for (const [left, a] of versions.entries())
    for (const [right, b] of versions.entries())
      expect(sign(compareDebianVersions(a, b)), `${a} and ${b}`).toBe(sign(left - right));
  expect(compareDebianVersions('0:1.0-0', '1.00')).toBe(0);
});

test.skipIf(findHostTool('dpkg') === undefined)('and as dpkg has it', async () => {
  const pairs = versions.slice(1).map((after, index) => [versions[index] ?? '', after]);
  const script = 'while [ $# -gt 0 ]; do dpkg --compare-versions "$1" lt "$2" || echo "$1 $2"; shift 2; done';
  const result = await runCommand({ file: 'sh', args: ['-c', script, 'kiln-versions', ...pairs.flat()] });
  expect(result.stdout).toBe('');
});
