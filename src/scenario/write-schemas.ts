import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { deploymentFile } from './deployment-schema.ts';
import { scenarioFile } from './scenario-schema.ts';

/** The JSON Schemas that editors use, made from the schemas that the harness validates with (`npm run schemas`). */

export const schemaFiles = {
  'scenarios/scenario.schema.json': { title: 'mcp-windtunnel scenario', schema: scenarioFile },
  'infra/deployments/deployment.schema.json': { title: 'mcp-windtunnel deployment', schema: deploymentFile },
} as const;

export function renderSchema(file: keyof typeof schemaFiles): string {
  const { title, schema } = schemaFiles[file];
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return `${JSON.stringify({ title, ...json }, null, 2)}\n`;
}

if (import.meta.main) {
  for (const file of Object.keys(schemaFiles) as (keyof typeof schemaFiles)[]) {
    writeFileSync(new URL(`../../${file}`, import.meta.url), renderSchema(file));
  }
}
