import * as z from 'zod';
import { byHandle, bySession, type ToolShape, toolShapes } from '../tools/index.ts';

/** The input schemas of all tools, made once: one server is built for each session, or for each request. */

export const handleSchemas = schemasWith(byHandle.fields, toolShapes);
export const sessionSchemas = schemasWith(bySession('').fields, toolShapes);

export function schemasWith(
  basketFields: z.ZodRawShape,
  offered: readonly ToolShape[],
): ReadonlyMap<string, z.ZodObject> {
  return new Map(
    offered.map((tool) => [
      tool.name,
      z.object({ ...(tool.takesBasket ? basketFields : {}), ...tool.fields }),
    ]),
  );
}
