import { z } from 'zod';
import { labSchema } from './schema.ts';

/** The JSON Schema of lab files, for editors: made from the very schema that reads them. */
export function labJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(labSchema, { io: 'input' });
  return { $schema, title: 'A lab of kubedrill', description: 'See docs/lab-authoring.md.', ...schema };
}
