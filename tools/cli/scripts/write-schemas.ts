// Writes the JSON schema of diskimage-builder's definition files: node tools/cli/scripts/write-schemas.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definitionsSchemaText } from '../src/compat/diskimage-builder/definitions-schema-text.ts';

const file = join(import.meta.dirname, '../../../schemas/diskimage-builder.schema.json');
writeFileSync(file, definitionsSchemaText());
