import { existsSync, statSync } from 'node:fs';
import { HarnessError, messageOf } from '../core/index.ts';
import { measureRun } from '../measure/index.ts';
import {
  isLedgerEntry,
  isRunEvent,
  type LedgerEntry,
  type ReadStats,
  type RunEvent,
  readNdjson,
} from '../record/index.ts';
import { deploymentsOf, type Plan, type RunSpec, runsOf } from '../scenario/index.ts';
import {
  compareAll,
  judgeRun,
  limitWarnings,
  type Results,
  type RunResult,
  worst,
} from '../verdict/index.ts';
import { eventsPath, ledgerPath } from './experiment-files.ts';

/**
 * Judges what an experiment has left on disk, whether it has just ended or years ago. Runs that were never
 * begun are left out and said so.
 */
export async function judgeExperiment(folder: string, plan: Plan): Promise<Results> {
  const planned = runsOf(plan);
  const begun = planned.filter((spec) => existsSync(eventsPath(folder, spec)));
  const runs: RunResult[] = [];
  for (const spec of begun) {
    const run = await judgeOne(folder, spec);
    const [baseline = spec.deployment] = deploymentsOf(plan.deployments, spec.scenario);
    const doubts = limitWarnings(spec.deployment, baseline);
    runs.push({ ...run, warnings: [...run.warnings, ...doubts] });
  }
  const cutShort = describeCut(planned.length, begun.length, runs);
  const verdict = worst(runs.map((run) => run.verdict));
  const [only] = plan.scenarios;
  return {
    schemaVersion: 1,
    tool: plan.tool,
    startedAt: plan.startedAt,
    command: plan.command,
    environment: plan.environment,
    scenario:
      plan.scenarios.length === 1 && only
        ? { ...only }
        : { name: plan.scenarios.map((scenario) => scenario.name).join(', ') },
    scenarios: plan.scenarios,
    deployments: plan.deployments,
    seed: plan.seed,
    runs,
    comparisons: compareAll(plan, runs),
    ...(cutShort === undefined ? {} : { cutShort }),
    verdict: cutShort !== undefined && verdict === 'pass' ? 'unknown' : verdict,
  };
}

async function judgeOne(folder: string, spec: RunSpec): Promise<RunResult> {
  const stats: ReadStats = { lines: 0, tornLines: 0 };
  const ledgerFile = ledgerPath(folder, spec);
  const hasLedger = existsSync(ledgerFile) && statSync(ledgerFile).size > 0;
  const events = eventsPath(folder, spec);
  try {
    const measured = await measureRun(
      spec,
      readNdjson<RunEvent>(events, stats, isRunEvent),
      hasLedger ? readNdjson<LedgerEntry>(ledgerFile, stats, isLedgerEntry) : undefined,
    );
    return judgeRun(spec, measured, stats);
  } catch (cause) {
    if (cause instanceof HarnessError) throw cause;
    // Files that the harness wrote do not get here: the reader passes torn lines over.
    throw new HarnessError('usage', `${events} or what lies beside it is damaged: ${messageOf(cause)}`, {
      hint: 'A record was changed after the run; run the experiment again.',
      cause,
    });
  }
}

function describeCut(planned: number, begun: number, runs: readonly RunResult[]): string | undefined {
  const parts: string[] = [];
  if (begun < planned) parts.push(`${planned - begun} of ${planned} runs were never begun`);
  const cut = runs.filter(({ ended }) => ended !== 'completed').length;
  if (cut > 0) parts.push(`${cut} of ${planned} runs did not come to their end`);
  return parts.length > 0 ? parts.join(', ') : undefined;
}
