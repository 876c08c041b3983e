import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { HarnessError } from '../core/index.ts';
import type { Plan } from '../scenario/index.ts';
import type { Results } from '../verdict/index.ts';
import type { JudgeAnswer } from './judge-main.ts';
import { programPath } from './package-info.ts';

/**
 * Room for records that were just read. They are forgotten at once, but the engine by default lets them pile up
 * to half as much again as all the rest takes.
 */
const youngMegabytes = 24;

/**
 * Judges an experiment on a thread of its own: the terminal and Ctrl-C stay alive meanwhile, and what judging took
 * of memory is given back before anything is rendered.
 */
export async function judgeApart(folder: string, plan: Plan): Promise<Results> {
  const worker = new Worker(programPath('src/cli/judge-main'), {
    workerData: { folder, plan },
    resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
  });
  const ended = once(worker, 'exit');
  const [answer] = (await once(worker, 'message')) as [JudgeAnswer];
  await ended;
  if ('results' in answer) return answer.results;
  const { code, message, hint } = answer.error;
  throw new HarnessError(code, message, hint === undefined ? {} : { hint });
}
