import { z } from 'zod';

/** A schema as a JSON Schema file (draft 2020-12) of what users may write. Ends in a newline. */
export function jsonSchemaText(title: string, schema: z.ZodType): string {
  const { $schema, ...body } = z.toJSONSchema(schema, { io: 'input' });
  return `${JSON.stringify({ $schema, title, ...body }, null, 2)}\n`;
}
