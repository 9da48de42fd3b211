import { expect, it } from 'vitest';
import { variablesMisspelt, variablesNotRead } from '../../src/elements/variables-not-read.ts';
import { parseImageDefinition } from '../../src/image-definition/parse-image-definition.ts';

const mentioned = { names: ['DIB_RELEASE', 'DIB_MIRROR'], prefixes: ['DIB_REPOREF_'] };

it('warns of variables that neither elements nor the engine read', () => {
  const text = [
    'elements: [debian]',
    'environment:',
    '  DIB_RELAESE: trixie',
    '  DIB_MIRROR: x',
    '  FS_TYPE: xfs',
    '  DIB_REPOREF_a: b',
    '  http_proxy: c',
    '  TZ: UTC',
    '',
  ].join('\n');
  const parsed = parseImageDefinition({ name: 'web', file: 'image.yaml', text, hostArchitecture: 'amd64' });
  if (!parsed.ok) throw new Error('the definition is valid');
  expect(variablesNotRead(parsed.value, mentioned)).toEqual([
    {
      code: 'variable-not-read',
      variable: 'DIB_RELAESE',
      near: 'DIB_RELEASE',
      place: { file: 'image.yaml', line: 3, column: 3, length: 11 },
    },
  ]);
});

it('of the environment of a process, only what looks like a slip', () => {
  const environment = {
    DIB_MIRRROR: 'a slip',
    DIB_RELAESE: 'the right one is set, too',
    DIB_RELEASE: 'x',
    DIB_SOMETHING_ALTOGETHER_DIFFERENT: 'for another image',
    DIB_REPOREF_a: 'read',
    DIB_IMAGE_SIZE: '3',
    RELEASE: 'not ours',
  };
  expect(variablesMisspelt(environment, mentioned)).toEqual([
    { code: 'variable-not-read', variable: 'DIB_MIRRROR', near: 'DIB_MIRROR' },
  ]);
});
