import { parentPort, workerData } from 'node:worker_threads';
import { HarnessError } from '../core/index.ts';
import type { Plan } from '../scenario/index.ts';
import type { Results } from '../verdict/index.ts';
import { judgeExperiment } from './judge-experiment.ts';

/** The thread that judges; see `judge-apart.ts`. An error between threads is plain data. */
export type JudgeAnswer = { results: Results } | { error: Pick<HarnessError, 'code' | 'message' | 'hint'> };

const { folder, plan } = workerData as { folder: string; plan: Plan };

async function judge(): Promise<JudgeAnswer> {
  try {
    return { results: await judgeExperiment(folder, plan) };
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    const { code, message, hint } = error;
    return { error: { code, message, hint } };
  }
}

parentPort?.postMessage(await judge());
