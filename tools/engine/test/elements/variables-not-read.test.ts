import { expect, it } from 'vitest';
import { variablesNotRead } from '../../src/elements/variables-not-read.ts';
import { parseImageDefinition } from '../../src/image-definition/parse-image-definition.ts';

it('warns of variables that neither elements nor the framework read', () => {
  const text =
    'elements: [debian]\nenvironment:\n  DIB_RELAESE: trixie\n  DIB_RELEASE: x\n  FS_TYPE: xfs\n  DIB_REPOREF_a: b\n';
  const parsed = parseImageDefinition({ name: 'web', file: 'image.yaml', text, hostArchitecture: 'amd64' });
  if (!parsed.ok) throw new Error('the definition is valid');
  const mentioned = { names: ['DIB_RELEASE'], prefixes: ['DIB_REPOREF_'] };
  expect(variablesNotRead(parsed.value, mentioned, new Set(['FS_TYPE']))).toEqual([
    {
      code: 'variable-not-read',
      variable: 'DIB_RELAESE',
      near: 'DIB_RELEASE',
      place: { file: 'image.yaml', line: 3, column: 3, length: 11 },
    },
  ]);
});
