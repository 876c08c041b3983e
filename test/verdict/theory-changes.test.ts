import { expect, it } from 'vitest';
import type { ChangeFacts, Facts, Metrics } from '../../src/measure/index.ts';
import type { Deployment } from '../../src/scenario/index.ts';
import { rotationOfChanges, sharedBus } from '../../src/verdict/theory/changes.ts';
import { predict } from '../../src/verdict/theory/index.ts';
import { spec } from '../support/fakes.ts';

const run = spec({ workload: { journey: [{ subscribe: ['news'] }, { call: 'publish', arguments: {} }] } });

/** The verdicts of the rows about changes, by the name of the prediction. */
function verdicts(deployment: Partial<Deployment>, changes: ChangeFacts | null): Record<string, string> {
  const never = { notApplicable: '' };
  const metrics = { session_loss: never, state_loss: never, stream_loss: never } as unknown as Metrics;
  const facts = {
    followUps: { asked: 0, found: 0 },
    lookups: { asked: 0, found: 0 },
    mixing: { distances: [] },
    intendedFollowUps: new Map(),
    sessionsHeld: null,
    broken: { operations: 0, broken: 0, meanServiceMs: null },
    waits: null,
    streams: null,
    tasks: null,
    changes,
  } as unknown as Facts;
  const one = { ...run, deployment: { ...run.deployment, ...deployment }, metrics, facts };
  const ids = [rotationOfChanges, sharedBus].flatMap((row) => row(one)).map(({ id }) => id);
  const found = predict(one).filter(({ id }) => ids.includes(id));
  return Object.fromEntries(found.map(({ id, verdict }) => [id, verdict]));
}

const quiet = (came: number) => ({ quiet: { changes: 90, owed: 2700, came }, owed: 5000, lost: 0 });

it('a replica that tells nobody else reaches 1/N of the listeners', () => {
  expect(verdicts({ bus: 'memory' }, quiet(900))).toEqual({ 'change-heard': 'pass' });
  expect(verdicts({ bus: 'memory' }, quiet(2700))).toEqual({ 'change-heard': 'fail' });
  expect(verdicts({ bus: 'memory', routing: 'round-robin' }, quiet(0))).toEqual({ 'change-heard': 'fail' });
  const none = { quiet: { changes: 0, owed: 0, came: 0 }, owed: 0, lost: 0 };
  expect(verdicts({ bus: 'memory' }, none)).toEqual({ 'change-heard': 'unknown' });
});

it('over a bus that crosses replicas nothing is lost on who listens', () => {
  expect(verdicts({ bus: 'shared' }, quiet(2700))).toEqual({ 'shared-bus': 'pass' });
  expect(verdicts({ bus: 'shared' }, { ...quiet(2700), lost: 1 })).toEqual({ 'shared-bus': 'fail' });
});

it('is silent where nobody listens, or routing deals listeners otherwise', () => {
  expect(verdicts({ bus: 'memory' }, null)).toEqual({});
  expect(verdicts({ bus: 'memory', routing: 'hash' }, quiet(900))).toEqual({});
});
