import { ramdiskPrograms } from '@kiln/cli/app/ramdisk-programs.ts';
import { expect, test } from 'vitest';

test('names come from the lists of all elements, without comments, once', () => {
  const element = (files: Readonly<Record<string, string>>) => ({
    files: Object.entries(files).map(([path, text]) => ({ path, kind: 'file', content: Buffer.from(text) })),
  });
  const elements = [
    element({
      'binary-deps.d/one': '# needs\nip  tar # not sed\n\n/usr/bin/wget\n',
      'init.d/80-one': 'sed\n',
    }),
    element({ 'binary-deps.d/other': 'tar\n' }),
    element({}),
  ];
  expect(ramdiskPrograms({ elements } as never)).toEqual(['/usr/bin/wget', 'ip', 'tar']);
});
