import { z } from 'zod';
import { elementDeclarationsSchema } from '../src/elements/element-declarations-schema.ts';
import { imageDefinitionSchema } from '../src/image-definition/image-definition-schema.ts';

const titled = (title: string, schema: z.ZodType): string => {
  const { $schema, ...body } = z.toJSONSchema(schema, { io: 'input' });
  return `${JSON.stringify({ $schema, title, ...body }, null, 2)}\n`;
};

/** File name to content of each JSON schema that is kept in `schemas/`. */
export function generateSchemas(): Readonly<Record<string, string>> {
  return {
    'image.schema.json': titled('Image definition (image.yaml)', imageDefinitionSchema),
    'element.schema.json': titled('Declarations of an element (element.yaml)', elementDeclarationsSchema),
  };
}
