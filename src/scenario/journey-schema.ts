import { z } from 'zod';
import { expectField, pathField, saveField } from './answer-schema.ts';
import { durationField } from './fields.ts';
import { placeholders } from './template.ts';

/** A journey: what one client does, step by step. */

const taskField = z
  .strictObject({
    ttl: durationField
      .optional()
      .describe(
        'How long the server is asked to keep the task (2025-11-25; in 2026-07-28 the server decides alone)',
      ),
    follow: z
      .enum(['poll', 'notifications'])
      .default('poll')
      .describe('poll: asks as often as the server says; notifications: listens, and polls seldom behind it'),
    wait: z
      .boolean()
      .default(true)
      .describe(
        'false: the client goes on once it has the handle; its end is waited for when the journey is over',
      ),
    by: z
      .enum(['itself', 'another'])
      .default('itself')
      .describe('another: a second client, which was given only the id, follows the task'),
    cancelAfter: durationField
      .optional()
      .describe('Asks to cancel the task that long after it has its handle'),
    retries: z
      .int()
      .min(0)
      .max(10)
      .default(0)
      .describe('How often the client calls again when the task has failed'),
    askAgainAfter: durationField
      .optional()
      .describe('Asks for the result once more, that long after it was first told of the end'),
  })
  .describe('Carries the call out as a task, where the server makes one of it');

const streamField = z
  .strictObject({
    onBreak: z
      .enum(['resume', 'again', 'give-up'])
      .default('resume')
      .describe(
        'When the stream breaks before its response: resume: ask for the rest with Last-Event-ID, and where that cannot be (2026-07-28, or the server refuses), send the call again; again: send it again; give-up: leave it',
      ),
    idempotencyKey: z
      .boolean()
      .default(false)
      .describe(
        'The call carries a key, the same each time it is sent, by which a server can tell that it is one',
      ),
    dropAfter: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe(
        'The client itself lets go of the connection after so many progress events, once for each call, as a network that fails would',
      ),
  })
  .describe('Carries the call out with progress on its stream, of which every event is accounted for');

const answersField = z
  .strictObject({
    action: z
      .enum(['accept', 'decline', 'cancel'])
      .default('accept')
      .describe('What the user does with the question'),
    content: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
      .default({})
      .describe('What the user enters; sent with accept alone'),
    after: durationField.default('0ms').describe('How long the user takes'),
    tamper: z
      .boolean()
      .default(false)
      .describe(
        'Alters the state that the client is to give back with its answer (2026-07-28), which a server must refuse',
      ),
  })
  .describe(
    'The client can be asked in the middle of the call, or of the task (elicitation), and answers so; without it, a call does not declare that it can, and what a task asks is accepted at once',
  );

const callStep = z.strictObject({
  call: z.string().min(1).max(200).describe('The tool to call'),
  arguments: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      "Its arguments. ${name} inserts a saved value, ${name?} leaves the argument out if nothing was saved, ${opId} and ${client} are this operation and client, ${data.column} is a value of the client's row, ${env:NAME} an environment variable that is shown nowhere",
    ),
  save: saveField
    .optional()
    .describe('Values to keep from the answer, for later arguments: a path, or what a pattern finds there'),
  expect: expectField
    .optional()
    .describe(
      'What the answer must hold, by path: a value, or a test (equals, contains, matches, exists); anything else makes the operation fail as unexpected',
    ),
  writes: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The value this call adds to the client's application state; what is acknowledged must be found by later reads",
    ),
  reads: pathField.optional().describe('Where the answer lists the values of the application state'),
  deadline: durationField.optional().describe("This call's deadline, counted from when it is due"),
  task: taskField.optional(),
  stream: streamField.optional(),
  answers: answersField.optional(),
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

const collectStep = z.strictObject({
  collect: z
    .string()
    .regex(/^all$/, 'all')
    .describe('Waits for the end of every task that the client did not wait for (`task.wait: false`)'),
});

const subscribeStep = z.strictObject({
  subscribe: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(100)
    .describe(
      'The first step: from its arrival until it leaves, the client listens for changes of these topics, beside its calls; ${client} and ${data.column} are inserted. A call of the tool `publish` changes one',
    ),
});

const plainStep = z.union([callStep, pauseStep, thinkStep, collectStep], {
  error: 'a repeated step is one of call, pause, think, collect',
});

const repeatStep = z.strictObject({
  repeat: z
    .union([z.int().min(1).max(1_000_000), z.literal('fill')])
    .describe('How often: a number, or `fill` for as often as fits into the time of the client'),
  steps: z.array(plainStep).min(1).describe('What is repeated'),
});

export const journeyField = z
  .array(
    z.union([callStep, pauseStep, thinkStep, collectStep, repeatStep, subscribeStep], {
      error: 'a step is one of call, pause, think, collect, repeat, subscribe',
    }),
  )
  .min(1)
  .describe('What each client does, in order');

export type TaskOptions = z.output<typeof taskField>;
export type StreamOptions = z.output<typeof streamField>;
export type AnswersOptions = z.output<typeof answersField>;
export type CallStep = z.output<typeof callStep>;
export type PlainStep = z.output<typeof plainStep>;
export type JourneyStep = z.output<typeof journeyField>[number];

/** The topics that each client of a journey listens to, as templates. */
export function subscribedIn(journey: readonly JourneyStep[]): readonly string[] {
  const [first] = journey;
  return first !== undefined && 'subscribe' in first ? first.subscribe : [];
}

/** All calls that a journey can make, each once. */
export function callsOf(journey: readonly JourneyStep[]): CallStep[] {
  const plain = journey.flatMap((step) => ('repeat' in step ? step.steps : [step]));
  return plain.filter((step): step is CallStep => 'call' in step);
}

/** All of a call that values are inserted into. */
export function templatesOf(call: CallStep): unknown[] {
  return [call.arguments, call.writes, call.expect];
}

/** Whether a call needs what an earlier answer gave: a handle, say. */
export function usesSavedValue(call: CallStep): boolean {
  return placeholders(call.arguments).some((name) => name !== 'opId' && name !== 'client');
}
