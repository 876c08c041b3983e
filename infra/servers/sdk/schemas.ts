import * as z from 'zod';
import { byHandle, bySession, type Tool, tools } from '../tools/index.ts';

/** The input schemas of all tools, made once: one server is built for each session, or for each request. */

export const handleSchemas = schemasWith(byHandle.fields, tools);
export const sessionSchemas = schemasWith(bySession('').fields, tools);

export function schemasWith(
  basketFields: z.ZodRawShape,
  offered: readonly Tool[],
): ReadonlyMap<string, z.ZodObject> {
  return new Map(
    offered.map((tool) => [
      tool.name,
      z.object({ ...(tool.takesBasket ? basketFields : {}), ...tool.fields }),
    ]),
  );
}
