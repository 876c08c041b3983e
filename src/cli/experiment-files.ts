import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HarnessError, messageOf } from '../core/index.ts';
import type { Plan } from '../scenario/index.ts';

/** The files of an experiment, by the names that users rely on (README, "Files of an experiment"). */

export function eventsPath(folder: string, run: { folder: string }): string {
  return join(folder, run.folder, 'events.ndjson');
}

export function ledgerPath(folder: string, run: { folder: string }): string {
  return join(folder, run.folder, 'ledger.ndjson');
}

export function logsPath(folder: string, run: { folder: string }): string {
  return join(folder, run.folder, 'logs');
}

export function writePlan(folder: string, plan: Plan): void {
  writeText(folder, 'plan.json', `${JSON.stringify(plan, null, 2)}\n`);
}

/** What the judge side reads of a plan; the harness wrote it, so this only tells a plan from something else. */
const planShape = z.looseObject({
  schemaVersion: z.literal(1),
  tool: z.looseObject({ version: z.string() }),
  startedAt: z.string(),
  command: z.string(),
  seed: z.number(),
  repeats: z.int().min(1),
  environment: z.looseObject({ packages: z.record(z.string(), z.string()) }),
  scenarios: z
    .array(
      z.looseObject({
        name: z.string(),
        question: z.string(),
        durationMs: z.number().positive(),
        faults: z.array(z.looseObject({ atMs: z.number(), fault: z.string() })),
        expect: z.record(z.string(), z.record(z.string(), z.looseObject({}))),
        workload: z.looseObject({ journey: z.array(z.looseObject({})), deadlineMs: z.number() }),
      }),
    )
    .min(1),
  deployments: z.array(z.looseObject({ name: z.string(), protocol: z.string() })).min(1),
});

/** @throws HarnessError `usage` if the folder holds no plan that this version can read. */
export function readPlan(folder: string): Plan {
  const path = join(folder, 'plan.json');
  if (!existsSync(path)) {
    throw new HarnessError('usage', `${folder} holds no experiment: there is no plan.json in it`, {
      hint: 'Name the folder that `windtunnel run` printed, the one that holds plan.json and runs/.',
    });
  }
  const plan = parsePlan(path);
  if (planShape.safeParse(plan).success) return plan as Plan;
  throw new HarnessError('usage', `${path} is not a plan that this version can read`, {
    hint: `It needs schemaVersion 1, scenarios and deployments; this one says ${JSON.stringify(plan.schemaVersion)}.`,
  });
}

function parsePlan(path: string): Partial<Plan> {
  try {
    const plan: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof plan === 'object' && plan !== null ? plan : {};
  } catch (cause) {
    throw new HarnessError('usage', `cannot read ${path}: ${messageOf(cause)}`, {
      hint: 'The file is damaged; run the experiment again.',
      cause,
    });
  }
}

/** @throws HarnessError `internal` if it cannot be written. */
export function writeText(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new HarnessError('internal', `cannot write ${path}: ${messageOf(cause)}`, {
      hint: 'Check that the folder can be written and has space left.',
      cause,
    });
  }
  return path;
}
