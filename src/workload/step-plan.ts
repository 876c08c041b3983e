import { valueText } from '../core/index.ts';
import { type CallStep, compileTemplate, durationMs, type Values } from '../scenario/index.ts';

/** As much of a value as is recorded of what is read. */
const writtenCharsMax = 500;

/** A call step as it is carried out, thousands of times. */
export interface StepPlan {
  /** The call's arguments and what it writes, or the first value that is missing. */
  fill(values: Values): { arguments: Record<string, unknown>; writes?: string } | { missing: string };
  /** Its own deadline, if it has one. */
  deadlineMs: number | undefined;
}

const plans = new WeakMap<CallStep, StepPlan>();

/** Worked out once for each step of a journey. */
export function stepPlan(step: CallStep): StepPlan {
  let plan = plans.get(step);
  if (plan === undefined) {
    plan = makePlan(step);
    plans.set(step, plan);
  }
  return plan;
}

function makePlan(step: CallStep): StepPlan {
  const args = compileTemplate(step.arguments);
  const writes = step.writes === undefined ? undefined : compileTemplate(step.writes);
  return {
    deadlineMs: step.deadline === undefined ? undefined : durationMs(step.deadline),
    fill(values) {
      const filled = args(values);
      if ('missing' in filled) return filled;
      const call = { arguments: ('value' in filled ? filled.value : {}) as Record<string, unknown> };
      const written = writes?.(values);
      if (written === undefined || 'omit' in written) return call;
      return 'missing' in written ? written : { ...call, writes: valueText(written.value, writtenCharsMax) };
    },
  };
}
