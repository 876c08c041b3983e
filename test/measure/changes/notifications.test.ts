import { describe, expect, it } from 'vitest';
import { changeLedger, changeMeasures } from '../../../src/measure/changes/index.ts';
import type { RunEvent } from '../../../src/record/index.ts';
import { spec } from '../../support/fakes.ts';
import { collect } from '../../support/log.ts';

const us = (ms: number) => ms * 1000;
const began = (client: string, ms: number, listening = 0, topics = ['news']): RunEvent => ({
  type: 'listening-began',
  ...{ atUs: us(ms), client, listening, requestId: `${client}-1`, topics },
});
const left = (client: string, ms: number, listening = 0): RunEvent => ({
  type: 'listening-ended',
  ...{ atUs: us(ms), client, listening, requestId: `${client}-1`, how: 'left', listChanges: 0 },
});
const seen = (client: string, value: string | null, ms: number, topic = 'news'): RunEvent => ({
  type: 'change-seen',
  ...{ atUs: us(ms), client, listening: 0, topic, value },
});

/** @param commits values published to `news`, and when. */
function measure(
  commits: Record<string, number>,
  events: RunEvent[],
  { ledgerKept = true, faultMs }: { ledgerKept?: boolean; faultMs?: number } = {},
) {
  const ledger = changeLedger();
  for (const [value, ms] of Object.entries(commits)) {
    const entry = { event: 'commit' as const, replica: 'r1', boot: 1, opId: value, tool: 'publish' };
    ledger.note({ ...entry, atUs: us(ms), subject: 'news', value });
  }
  const restart = { fault: 'restart' as const, at: '0s', atMs: faultMs ?? 0, replica: 1, grace: '0s' };
  const run = spec({
    scenario: { faults: faultMs === undefined ? [] : [restart] },
    workload: { journey: [{ subscribe: ['news'] }, { call: 'publish', arguments: {} }] },
  });
  const all: RunEvent[] = [{ type: 'workload-began', atUs: 0, clients: 2 }, ...events];
  return collect(changeMeasures(run, ledger, ledgerKept), all);
}

describe('notification_loss', () => {
  it('is of what was owed: to who listened when it was committed, and a second later still', () => {
    const { metrics } = measure({ before: 50, a: 200, b: 300, late: 4500 }, [
      began('c1', 100),
      began('c2', 250),
      seen('c1', 'a', 210),
      seen('c2', 'b', 320),
      left('c1', 5000),
      left('c2', 5000),
    ]);
    // a: c1; b: c1 and c2. What was committed in the last second is owed to nobody.
    expect(metrics.notification_loss).toMatchObject({
      ...{ numerator: 1, denominator: 3, changes: 4, listenedAgain: 0 },
      away: { changes: 0, missed: 0 },
    });
  });

  it('counts apart what was missed between two times of listening, and at the end of the first', () => {
    const { metrics } = measure({ a: 500, b: 1600, c: 2500, d: 2600 }, [
      // Lines may come in any order.
      left('c1', 2000),
      began('c1', 3000, 1),
      began('c1', 100),
      seen('c1', 'a', 510),
      seen('c1', 'd', 3010),
      left('c1', 9000, 1),
    ]);
    expect(metrics.notification_loss).toMatchObject({
      ...{ numerator: 0, denominator: 1, listenedAgain: 1 },
      away: { changes: 3, missed: 2 },
    });
  });

  it('has no meaning without a ledger, nor where nobody listens; and no samples are no loss', () => {
    expect(measure({}, [began('c1', 0)], { ledgerKept: false }).metrics.notification_loss).toMatchObject({
      notApplicable: expect.stringContaining('no ledger'),
    });
    expect(measure({}, [began('c1', 0)]).metrics.notification_loss).toMatchObject({ value: null });
    const nobody = collect(changeMeasures(spec(), changeLedger(), true), []);
    expect(nobody.facts).toBeNull();
    expect(nobody.metrics.notification_leak).toMatchObject({ notApplicable: expect.any(String) });
  });
});

describe('what came', () => {
  it('again is counted, and what names no change is not taken for the same', () => {
    const events = [began('c1', 0), seen('c1', 'a', 10), seen('c1', 'a', 20), seen('c1', null, 30)];
    const { metrics } = measure({ a: 5 }, [...events, seen('c1', null, 40)]);
    expect(metrics.notification_duplicate).toMatchObject({ numerator: 1, denominator: 4 });
  });

  it('of a topic that the client has not subscribed to has leaked', () => {
    const { metrics } = measure({}, [began('c1', 0), seen('c1', 'x', 10, 'other'), seen('c1', 'y', 10)]);
    expect(metrics.notification_leak).toMatchObject({ numerator: 1, denominator: 2 });
    expect(metrics.notification_duplicate).toMatchObject({ numerator: 0 });
  });

  it('has a delay from its commit, and none if it overtakes the note of it', () => {
    const told = [seen('c1', 'a', 130), seen('c1', 'a', 400), seen('c1', 'b', 199)];
    const { metrics } = measure({ a: 100, b: 200 }, [began('c1', 0), ...told]);
    const delay = metrics.change_delay_ms;
    if ('notApplicable' in delay) throw new Error(delay.notApplicable);
    expect(delay.count).toBe(2);
    expect(delay.max).toBeCloseTo(30, 0);
    expect(delay.p50).toBeLessThan(1);
  });
});

it('the facts tell what was owed before the first fault', () => {
  const events = [began('c1', 0), began('c2', 0), seen('c1', 'a', 110), seen('c1', 'b', 2010)];
  const { facts } = measure({ a: 100, b: 2000 }, events, { faultMs: 1000 });
  expect(facts).toEqual({ quiet: { changes: 1, owed: 2, came: 1 }, owed: 4, lost: 2 });
});
