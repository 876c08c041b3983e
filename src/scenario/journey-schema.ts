import { z } from 'zod';
import { durationField } from './fields.ts';
import { placeholders } from './template.ts';

/** A journey: what one client does, step by step. */

const jsonPathPattern = /^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[\d+\])*$/;
const pathField = z
  .string()
  .regex(jsonPathPattern, "a path into the tool's structured answer, such as $.basketId or $.items[0]")
  .describe("A path into the tool's structured answer: $.basketId, $.items[0]");

const callStep = z.strictObject({
  call: z.string().min(1).max(200).describe('The tool to call'),
  arguments: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'Its arguments. ${name} inserts a saved value, ${name?} leaves the argument out if nothing was saved, ${opId} and ${client} are this operation and client',
    ),
  save: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of letters, digits and underscores'),
      pathField,
    )
    .optional()
    .describe('Values to keep from the answer, for later arguments'),
  expect: z
    .record(pathField, z.unknown())
    .optional()
    .describe('What the answer must hold, by path; anything else makes the operation fail as unexpected'),
  writes: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The value this call adds to the client's application state; what is acknowledged must be found by later reads",
    ),
  reads: pathField.optional().describe('Where the answer lists the values of the application state'),
  deadline: durationField.optional().describe("This call's deadline, counted from when it is due"),
});

const pauseStep = z.strictObject({
  pause: durationField.describe(
    'Adds to the time at which the next call is due, whatever the server does (open loop)',
  ),
});

const thinkStep = z.strictObject({
  think: durationField.describe(
    'Waits after the last answer; from here on calls are due by the answers before them (closed loop)',
  ),
});

const plainStep = z.union([callStep, pauseStep, thinkStep], {
  error: 'a repeated step is one of call, pause, think',
});

const repeatStep = z.strictObject({
  repeat: z
    .union([z.int().min(1).max(1_000_000), z.literal('fill')])
    .describe('How often: a number, or `fill` for as often as fits into the time of the client'),
  steps: z.array(plainStep).min(1).describe('What is repeated'),
});

export const journeyField = z
  .array(
    z.union([callStep, pauseStep, thinkStep, repeatStep], {
      error: 'a step is one of call, pause, think, repeat',
    }),
  )
  .min(1)
  .describe('What each client does, in order');

export type CallStep = z.output<typeof callStep>;
export type PlainStep = z.output<typeof plainStep>;
export type JourneyStep = z.output<typeof journeyField>[number];

/** All calls that a journey can make, each once. */
export function callsOf(journey: readonly JourneyStep[]): CallStep[] {
  const plain = journey.flatMap((step) => ('repeat' in step ? step.steps : [step]));
  return plain.filter((step): step is CallStep => 'call' in step);
}

/** Whether a call needs what an earlier answer gave: a handle, say. */
export function usesSavedValue(call: CallStep): boolean {
  return placeholders(call.arguments).some((name) => name !== 'opId' && name !== 'client');
}
