import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSchemas } from './generate-schemas.ts';

/** Writes `schemas/*.json` from the zod schemas, for editors. Run it after a change of either. */
const target = join(import.meta.dirname, '../../../schemas');
mkdirSync(target, { recursive: true });
for (const [file, content] of Object.entries(generateSchemas())) writeFileSync(join(target, file), content);
