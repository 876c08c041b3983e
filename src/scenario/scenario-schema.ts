import { z } from 'zod';
import { dataField } from './data-schema.ts';
import { faultField } from './fault-schema.ts';
import { durationField, momentField, nameField, rateField } from './fields.ts';
import { journeyField } from './journey-schema.ts';

const workloadField = z.strictObject({
  sessions: z
    .int()
    .min(1)
    .max(1_000_000)
    .describe('How many clients arrive, each with a session of its own where the protocol has sessions'),
  arrivals: z
    .strictObject({
      over: momentField.default('20%').describe('They arrive from the begin until then'),
      process: z
        .enum(['poisson', 'even'])
        .default('poisson')
        .describe('poisson: at random (uniform order statistics); even: at equal distances'),
    })
    .prefault({}),
  stay: durationField.optional().describe('How long a client stays; without it, until the run ends'),
  rate: rateField.describe('Operations per second of all clients together, once all have arrived'),
  deadline: durationField
    .default('2s')
    .describe('An operation without an answer that long after it was due has failed'),
  turnaround: durationField
    .default('20ms')
    .describe(
      'How long a client takes between an answer and a request that follows from it (within a handshake, before sending again), on average: a network round trip, which loopback lacks',
    ),
  policy: z
    .strictObject({
      unknownSession: z
        .enum(['reinitialize', 'give-up', 'keep'])
        .default('reinitialize')
        .describe(
          'On an unknown session: open a new one and send the call again, as the specification asks, or stop, or keep the id and go on with the next call, as a client that replays a cached one',
        ),
      unknownOutcome: z
        .enum(['give-up', 'retry'])
        .default('give-up')
        .describe('On a broken connection, 5xx or malformed answer: leave the call, or send it again'),
      maxAttempts: z.int().min(1).max(10).default(3).describe('How often one call may be sent in all'),
    })
    .prefault({}),
  journey: journeyField,
});

const bound = z.number().describe('A bound; rates are from 0 to 1, times in milliseconds, memory in MB');

const thresholdField = z
  .strictObject({
    min: bound.optional(),
    max: bound.optional(),
    because: z.string().max(300).optional().describe('Why this is expected; shown in the report'),
    skip: z.string().min(1).max(300).optional().describe('Do not judge this here, for this reason'),
  })
  .refine((t) => (t.skip === undefined) !== (t.min === undefined && t.max === undefined), {
    message: 'needs min, max or both; or skip with a reason',
  });

/** What can be bounded, as paths into `metrics` of results.json. */
export const boundableMetrics = [
  'session_loss',
  'state_loss',
  'availability',
  'availability.recovered',
  'latency_ms.p50',
  'latency_ms.p99',
  'latency_ms.max',
  'service_ms.p99',
  'recovery_ms',
  'duplicate_execution',
  'lost_update',
  'result_loss',
  'misdelivery',
  'state_leak',
  'stream_loss',
  'stream_duplicate',
  'stream_leak',
  'input_loss',
  'state_forgery',
  'notification_loss',
  'notification_duplicate',
  'notification_leak',
  'change_delay_ms.p50',
  'change_delay_ms.p99',
  'replica_cpu',
  'replica_rss.peak',
  'replica_rss.perSession',
  'replica_rss.growth',
  'load_skew',
  'task_loss',
  'result_retention',
  'work_after_cancel',
  'premature_handle',
  'commit_to_known_ms.p99',
  'notification_delay_ms.p99',
  'polls_per_task',
  'repeated_work_ms',
] as const;
export type BoundableMetric = (typeof boundableMetrics)[number];

/** `share`: 0 to 1. `mb`: 10⁶ bytes. */
export type MetricUnit = 'share' | 'ms' | 'ratio' | 'mb';

export function unitOf(metric: string): MetricUnit {
  if (metric === 'load_skew' || metric === 'polls_per_task') return 'ratio';
  if (metric.startsWith('replica_rss')) return 'mb';
  return metric.includes('_ms') || metric === 'replica_cpu' ? 'ms' : 'share';
}

const expectationsField = z
  .partialRecord(z.enum(boundableMetrics), thresholdField)
  .describe('Metric: {min, max, because}');

export const scenarioFile = z.strictObject({
  name: nameField,
  question: z.string().min(1).max(200).describe('The question this scenario answers, in one sentence'),
  description: z.string().max(2000).optional(),
  deployments: z
    .array(nameField)
    .min(1)
    .optional()
    .describe('Names under infra/deployments/ that it is run over when the command line names none'),
  duration: durationField.default('10s').describe('How long operations are intended'),
  data: dataField.optional(),
  workload: workloadField,
  faults: z.array(faultField).default([]).describe('What happens to the replicas, and when'),
  expect: z
    .record(z.string(), expectationsField)
    .default({})
    .describe('Thresholds by deployment name; `all` holds for every deployment unless its own entry differs'),
});

export type ScenarioFile = z.output<typeof scenarioFile>;
export type Threshold = z.output<typeof thresholdField>;
export type Policy = ScenarioFile['workload']['policy'];
