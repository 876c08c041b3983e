import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError, messageOf } from '../core/index.ts';
import { type Plan, planFile } from '../scenario/index.ts';

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
  const parsed = planFile.safeParse(parseJson(path));
  // By its schema it has everything that a plan has; what that leaves open was written by the harness.
  if (parsed.success) return parsed.data as unknown as Plan;
  const [issue] = parsed.error.issues;
  const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  throw new HarnessError(
    'usage',
    `${path} is not a plan that this version can read: ${where}${issue?.message}`,
    {
      hint: 'It needs schemaVersion 1, and everything that `windtunnel run` writes into it.',
    },
  );
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new HarnessError('usage', `cannot read ${path}: ${messageOf(cause)}`, {
      hint: 'The file is damaged; run the experiment again.',
      cause,
    });
  }
}

/**
 * Writes a file as a whole or not at all.
 * @throws HarnessError `internal` if it cannot be written.
 */
export function writeText(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  const partial = `${path}.partial`;
  try {
    writeFileSync(partial, text);
    renameSync(partial, path);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw new HarnessError('internal', `cannot write ${path}: ${messageOf(cause)}`, {
      hint: 'Check that the folder can be written and has space left.',
      cause,
    });
  }
  return path;
}
