import { jsonSchemaText } from '../src/diagnostics/json-schema-text.ts';
import { elementDeclarationsSchema } from '../src/elements/element-declarations-schema.ts';
import { imageDefinitionSchema } from '../src/image-definition/image-definition-schema.ts';

/** File name to content of each JSON schema of the engine that is kept in `schemas/`; the cli has one of its own. */
export function generateSchemas(): Readonly<Record<string, string>> {
  return {
    'image.schema.json': jsonSchemaText('Image definition (image.yaml)', imageDefinitionSchema),
    'element.schema.json': jsonSchemaText(
      'Declarations of an element (element.yaml)',
      elementDeclarationsSchema,
    ),
  };
}
