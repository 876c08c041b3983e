import * as z from 'zod';
import { type Tool, type ToolArguments, type ToolContext, type ToolOutcome, WorkFailed } from './types.ts';
import { wait } from './wait.ts';

/** Long work in steps, whose effect is that it is noted in the ledger; it can be told how to go wrong. */
export const reportTool: Tool = {
  name: 'report',
  description: 'Writes a report, step by step',
  fields: {
    steps: z.int().min(1).max(100).default(5),
    stepMs: z.number().min(0).max(60_000).default(100),
    failTransiently: z
      .int()
      .min(0)
      .max(10)
      .default(0)
      .describe('How many of the first executions fail half-way, though another might go well'),
    failForGood: z.boolean().default(false).describe('Fails half-way, however often it is tried'),
    needInput: z.boolean().default(false).describe('Asks half-way whether it may go on'),
    ignoreCancel: z.boolean().default(false).describe('Goes on though it is cancelled'),
  },
  takesBasket: false,
  readOnly: false,
  long: 'task or call',
  run: async (args, context) => {
    const steps = Number(args.steps);
    const halfWay = Math.floor(steps / 2);
    const signal = args.ignoreCancel ? new AbortController().signal : context.signal;
    for (let step = context.conduct.doneSteps; ; step++) {
      if (step === halfWay) {
        const outcome = await middle(args, context);
        if (outcome) return outcome;
      }
      if (step === steps) break;
      const beganMs = performance.now();
      if (!(await wait(Number(args.stepMs), signal))) return { kind: 'cancelled' };
      await context.conduct.stepDone(step + 1, steps, Math.round(performance.now() - beganMs));
      if (signal.aborted) return { kind: 'cancelled' };
    }
    return {
      kind: 'done',
      answer: { steps },
      text: `a report of ${steps} steps`,
      ...(args.ignoreCancel === true && { evenIfCancelled: true }),
    };
  },
};

async function middle(args: ToolArguments, { conduct }: ToolContext): Promise<ToolOutcome | undefined> {
  const failTransiently = Number(args.failTransiently);
  if (failTransiently > 0 && (await conduct.countFailure()) <= failTransiently) {
    throw new WorkFailed('the report could not be written this time', { transient: true });
  }
  if (args.failForGood) throw new WorkFailed('the report cannot be written', { transient: false });
  if (!args.needInput) return undefined;
  const answer = await conduct.ask('go-on', goOn);
  if (answer === undefined) {
    return { kind: 'failed', message: 'the report needs an answer, and there is nobody to be asked' };
  }
  return accepted(answer) ? undefined : { kind: 'failed', message: 'the report was not to go on' };
}

const goOn = {
  method: 'elicitation/create',
  params: {
    mode: 'form',
    message: 'Half of the report is written. Shall it go on?',
    requestedSchema: { type: 'object', properties: { goOn: { type: 'boolean' } }, required: ['goOn'] },
  },
};

function accepted(answer: unknown): boolean {
  const { action, content } = Object(answer) as { action?: unknown; content?: { goOn?: unknown } };
  return action === 'accept' && content?.goOn !== false;
}
