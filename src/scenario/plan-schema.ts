import { z } from 'zod';
import { plannedDeployment } from './deployment-schema.ts';
import { scenarioFile } from './scenario-schema.ts';

/**
 * What `plan.json` must be to be judged and rendered. The harness wrote it, but it lies where anybody may change it,
 * and other versions may have added to it: what is not named here passes.
 */

const { name, question, description, expect, workload } = scenarioFile.shape;
const { sessions, policy, journey } = workload.shape;
const timeMs = z.number().min(0);

const plannedScenario = z.looseObject({
  name,
  question,
  description,
  deployments: z.array(name).optional(),
  durationMs: z.number().positive(),
  expect,
  faults: z.array(
    z.object({ atMs: timeMs, fault: z.string() }).catchall(z.union([z.string(), z.number(), z.boolean()])),
  ),
  workload: z.looseObject({
    sessions,
    arrivals: z.looseObject({ overMs: timeMs, process: z.string() }),
    stayMs: timeMs.nullable(),
    ratePerSecond: z.number().positive(),
    deadlineMs: z.number().positive(),
    turnaroundMs: timeMs,
    policy,
    journey,
  }),
});

export const planFile = z.looseObject({
  schemaVersion: z.literal(1),
  tool: z.looseObject({ name: z.string(), version: z.string() }),
  startedAt: z.string(),
  command: z.string(),
  seed: z.int().min(0),
  backend: z.string(),
  balancer: z.string(),
  repeats: z.int().min(1).max(1000),
  environment: z.looseObject({
    node: z.string(),
    cpu: z.string(),
    cores: z.number(),
    memoryBytes: z.number(),
    os: z.string(),
    packages: z.record(z.string(), z.string()),
    engine: z
      .object({
        name: z.string(),
        version: z.string(),
        apiVersion: z.string(),
        isRootless: z.boolean(),
        cgroupVersion: z.number(),
      })
      .optional(),
  }),
  scenarios: z.array(plannedScenario).min(1),
  deployments: z.array(plannedDeployment).min(1),
});
