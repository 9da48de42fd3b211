import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ramdiskPrograms } from '@kiln/cli/app/ramdisk-programs.ts';
import { expect, test } from 'vitest';

test('names come from the lists of all elements, without comments, once', () => {
  const root = mkdtempSync(join(tmpdir(), 'ramdisk-programs-'));
  try {
    const element = (name: string) => ({ name, directory: join(root, name) });
    for (const name of ['one', 'other']) mkdirSync(join(root, name, 'binary-deps.d'), { recursive: true });
    writeFileSync(join(root, 'one/binary-deps.d/one'), '# needs\nip  tar # not sed\n\n/usr/bin/wget\n');
    writeFileSync(join(root, 'other/binary-deps.d/other'), 'tar\n');
    const elements = ['one', 'other', 'none'].map(element);
    expect(ramdiskPrograms({ elements } as never)).toEqual(['/usr/bin/wget', 'ip', 'tar']);
  } finally {
    rmSync(root, { recursive: true });
  }
});
