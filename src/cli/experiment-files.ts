import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** @throws HarnessError `usage` if the folder holds no plan that this version can read. */
export function readPlan(folder: string): Plan {
  const path = join(folder, 'plan.json');
  if (!existsSync(path)) {
    throw new HarnessError('usage', `${folder} holds no experiment: there is no plan.json in it`, {
      hint: 'Name the folder that `windtunnel run` printed, the one that holds plan.json and runs/.',
    });
  }
  const plan = parsePlan(path);
  if (plan.schemaVersion === 1 && Array.isArray(plan.scenarios) && Array.isArray(plan.deployments))
    return plan as Plan;
  throw new HarnessError('usage', `${path} is not a plan that this version can read`, {
    hint: `It needs schemaVersion 1; this one says ${JSON.stringify(plan.schemaVersion)}.`,
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
