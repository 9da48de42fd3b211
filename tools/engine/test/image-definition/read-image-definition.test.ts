import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readImageDefinition } from '../../src/image-definition/read-image-definition.ts';
import { temporaryFolder, writeTree } from '../elements/element-fixture.ts';

it('names the image after its folder', () => {
  const root = writeTree(temporaryFolder(), { 'amphora/image.yaml': 'elements: [debian]\n' });
  const result = readImageDefinition(join(root, 'amphora/image.yaml'), { hostArchitecture: 'arm64' });
  expect(result).toMatchObject({ ok: true, value: { name: 'amphora', architecture: 'arm64' } });
});

it('fails for a file that cannot be read', () => {
  const file = join(temporaryFolder(), 'image.yaml');
  const result = readImageDefinition(file, { hostArchitecture: 'amd64' });
  expect(!result.ok && result.failures).toMatchObject([{ code: 'definition-unreadable', file }]);
});
