import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { generateSchemas } from '../../scripts/generate-schemas.ts';

const folder = join(import.meta.dirname, '../../../../schemas');

it.each(Object.entries(generateSchemas()))(
  'schemas/%s is current (else run scripts/write-schemas.ts)',
  (file, content) => {
    expect(readFileSync(join(folder, file), 'utf8')).toBe(content);
  },
);
