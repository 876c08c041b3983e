import { z } from 'zod';
import { durationField, momentField } from './fields.ts';

/** The timeline of a scenario: which fault strikes when. What each does: `src/faults/`. */

const at = momentField.describe('When it begins: 3s after the begin, or 40% of the run');
const replica = z
  .union([z.int().min(1), z.literal('random')])
  .default('random')
  .describe('Which replica, by number; `random` draws one from the seed');
const grace = durationField
  .default('5s')
  .describe('How long a replica may take to finish what it is doing after SIGTERM; then SIGKILL');

const faultShapes = [
  z.strictObject({ at, fault: z.literal('restart'), replica, grace }),
  z.strictObject({
    at,
    fault: z.literal('crash'),
    replica,
    replace: z.boolean().default(true).describe('Whether a new replica takes the place of the dead one'),
  }),
  z.strictObject({
    at,
    fault: z.literal('rolling-restart'),
    grace,
    pause: durationField
      .default('0ms')
      .describe('Between one replica being ready again and the next going down'),
  }),
  z.strictObject({
    at,
    fault: z.literal('freeze'),
    replica,
    for: durationField.describe('How long the replica stands still (SIGSTOP to SIGCONT)'),
  }),
  z.strictObject({
    at,
    fault: z.literal('out-of-memory'),
    replica,
    replace: z.boolean().default(true).describe('Whether a new replica takes the place of the dead one'),
  }),
  z.strictObject({
    at,
    fault: z.literal('disconnect'),
    replica,
    for: durationField.describe('How long the replica is cut off its network'),
  }),
  z.strictObject({
    at,
    fault: z.literal('rollout'),
    grace,
    pause: durationField
      .default('0ms')
      .describe('Between one replica being ready again and the next going down'),
    image: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe(
        'The new version of the image that your own server runs; of the reference servers one is made',
      ),
  }),
  z.strictObject({
    at,
    fault: z.literal('scale-out'),
    add: z.int().min(1).max(50).default(1).describe('Replicas to add'),
  }),
  z.strictObject({
    at,
    fault: z.literal('scale-in'),
    remove: z.int().min(1).max(50).default(1).describe('Replicas to remove, highest number first'),
    drain: durationField.default('5s').describe('How long a replica may go on answering what it has begun'),
  }),
] as const;

export const faultField = z.discriminatedUnion('fault', faultShapes);

/** Faults that processes cannot suffer. */
export const containerFaults: readonly string[] = ['out-of-memory', 'disconnect', 'rollout'];

export type FaultStep = z.output<typeof faultField>;
export type FaultName = FaultStep['fault'];
