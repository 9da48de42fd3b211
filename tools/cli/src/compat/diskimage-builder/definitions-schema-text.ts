import { jsonSchemaText } from '@kiln/engine/diagnostics/json-schema-text.ts';
import { definitionFileSchema } from './entry-schema.ts';

/** `schemas/diskimage-builder.schema.json`, for editors. */
export function definitionsSchemaText(): string {
  return jsonSchemaText('Images for diskimage-builder', definitionFileSchema);
}
