import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { declaredPackages } from '../../src/app/declared-packages.ts';

test('tells when each package is installed, in words', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-packages-'));
  try {
    expect(declaredPackages(folder)).toEqual([]);
    writeFileSync(
      join(folder, 'package-installs.yaml'),
      'curl:\ngcc: { build-only: true }\nnano: { uninstall: true, phase: post-install.d }\ntwo: [{ arch: amd64 }, { when: [A = 1, B != 2] }]\n',
    );
    expect(declaredPackages(folder).map(({ name, condition }) => `${name}: ${condition}`)).toEqual([
      'curl: ',
      'gcc: removed again at the end of the phase',
      'nano: removed, post-install.d',
      'two: on amd64',
      'two: when A = 1 and B != 2',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
