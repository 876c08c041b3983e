import * as z from 'zod';
import type { Tool } from './types.ts';
import { wait } from './wait.ts';

/** Long work: steps of a given length, each told of as progress, and a result at the end. */
export const reportTool: Tool = {
  name: 'report',
  description: 'Writes a report, step by step',
  fields: {
    steps: z.int().min(1).max(100).default(5),
    stepMs: z.number().min(0).max(60_000).default(100),
    ignoreCancel: z.boolean().default(false).describe('Carries it out even if the client cancels'),
  },
  takesBasket: false,
  readOnly: false,
  run: async ({ steps, stepMs, ignoreCancel }, { signal, progress }) => {
    const stop = ignoreCancel === true ? new AbortController().signal : signal;
    const total = Number(steps);
    for (let step = 1; step <= total; step++) {
      if (!(await wait(Number(stepMs), stop))) return { kind: 'cancelled' };
      await progress?.(step, total);
    }
    return { kind: 'done', answer: { steps: total }, text: `${total} steps` };
  },
};
