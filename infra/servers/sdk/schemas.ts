import * as z from 'zod';
import { byHandle, bySession, tools } from '../tools/index.ts';

/** The input schemas of all tools, made once: one server is built for each session, or for each request. */

export const handleSchemas = schemasWith(byHandle.fields);
export const sessionSchemas = schemasWith(bySession('').fields);

function schemasWith(basketFields: z.ZodRawShape): ReadonlyMap<string, z.ZodObject> {
  return new Map(
    tools.map((tool) => [tool.name, z.object({ ...(tool.takesBasket ? basketFields : {}), ...tool.fields })]),
  );
}
