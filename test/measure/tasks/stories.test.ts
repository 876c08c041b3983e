import { describe, expect, it } from 'vitest';
import type { LedgerEntry, RunEvent } from '../../../src/record/index.ts';
import { operation, signalled } from '../../support/log.ts';
import { deed, measureTasks, taskCreated, taskSeen } from '../../support/task-log.ts';

const evidenceOf = async (events: readonly RunEvent[], ledger?: readonly LedgerEntry[]) =>
  (await measureTasks(events, ledger)).evidence;

/** A task that ends as it should. */
const fine = (opId: string, ms: number): RunEvent[] => [
  taskCreated(opId, 't1', ms),
  taskSeen(opId, 't1', ms + 100, 'completed'),
  operation(opId.slice(0, -2), 0, ms - 10, 110, { taskId: 't1' }),
];
const unknown = (opId: string, ms: number): RunEvent[] => [
  taskCreated(opId, 't1', ms),
  taskSeen(opId, 't1', ms + 100, 'unknown-task'),
];

describe('the story of a task', () => {
  it('has what servers did, what the client was told, and when its owner ended; from the begin of the workload', async () => {
    const events: RunEvent[] = [
      { type: 'workload-began', atUs: 1_000_000, clients: 1 },
      taskCreated('c1.0', 't1', 1010),
      taskSeen('c1.0', 't1', 1110, 'working'),
      taskSeen('c1.0', 't1', 1250, 'broken', { failure: { kind: 'broken', status: 502 } }),
      signalled('r1', 1, 'SIGTERM', 1190),
      signalled('r1', 1, 'SIGKILL', 1200),
      signalled('r2', 1, 'SIGKILL', 1210),
      taskSeen('c1.0', 't1', 1400, 'completed', { how: 'notification' }),
      operation('c1', 0, 1000, 400, { taskId: 't1' }),
      signalled('r2', 2, 'SIGKILL', 9000),
    ];
    const ledger = [
      deed('created', 'c1.0', 't1', 1008),
      deed('step 1', 'c1.0', 't1', 1100),
      deed('taken-over', 'c1.0', 't1', 1300, 'r2', 2),
      deed('commit', 'c1.0', 't1', 1390, 'r2', 2),
      deed('completed', 'c1.0', 't1', 1391, 'r2', 2),
    ];
    expect(await evidenceOf(events, ledger)).toEqual({
      tasks: 1,
      anomalies: 0,
      stories: [
        {
          opId: 'c1.0',
          client: 'c1',
          taskId: 't1',
          anomaly: null,
          fromUs: 0,
          toUs: 400_000,
          outcome: 'ok',
          deeds: [
            { atUs: 8_000, what: 'created', replica: 'r1', boot: 1 },
            { atUs: 100_000, what: 'step', replica: 'r1', boot: 1, step: 1 },
            { atUs: 300_000, what: 'taken-over', replica: 'r2', boot: 2 },
            { atUs: 390_000, what: 'commit', replica: 'r2', boot: 2 },
            { atUs: 391_000, what: 'completed', replica: 'r2', boot: 2 },
          ],
          sights: [
            { atUs: 10_000, how: 'created', status: null },
            { atUs: 110_000, how: 'get', status: 'working' },
            { atUs: 250_000, how: 'get', status: null, why: 'broken (502)' },
            { atUs: 400_000, how: 'notification', status: 'completed' },
          ],
          ownerEnds: [{ atUs: 200_000, replica: 'r1', boot: 1 }],
        },
      ],
    });
  });

  it('says in words what went wrong', async () => {
    const twice = [
      deed('created', 'c1.0', 't1', 8),
      deed('commit', 'c1.0', 't1', 50),
      deed('commit', 'c1.0', 't1', 60),
    ];
    const words = async (events: readonly RunEvent[], ledger?: readonly LedgerEntry[]) =>
      (await evidenceOf(events, ledger)).stories.map(({ anomaly }) => anomaly);
    expect(await words(unknown('c1.0', 10))).toEqual(['unknown 1 time, and not found again']);
    expect(await words(fine('c1.0', 10), twice)).toEqual(['executed 2 times']);
    expect(await words(fine('c1.0', 10), [deed('created', 'c1.0', 't1', 20)])).toEqual([
      'its handle came before it was stored',
    ]);
    const flap = [...unknown('c1.0', 10), taskSeen('c1.0', 't1', 300, 'working')];
    expect(await words(flap)).toEqual(['unknown 1 time, and found again']);
    expect(await words([...fine('c1.0', 10), taskSeen('c1.0', 't1', 300, 'unknown-task')])).toEqual([
      'its result was forgotten before the promised time',
    ]);
  });
});

describe('the choice of stories', () => {
  it('is a sample spread over the run', async () => {
    const events = Array.from({ length: 120 }, (_, i) => fine(`c${i}.0`, 100 + i)).flat();
    const { stories, tasks, anomalies } = await evidenceOf(events.reverse());
    expect({ tasks, anomalies }).toEqual({ tasks: 120, anomalies: 0 });
    expect(stories.map(({ client }) => client)).toEqual(
      [5, 15, 25, 35, 45, 55, 65, 75, 85, 95, 105, 115].map((i) => `c${i}`),
    );
  });

  it('has every anomaly up to 200, and each kind of them however rare', async () => {
    const many = Array.from({ length: 300 }, (_, i) => unknown(`c${i}.0`, 100 + i)).flat();
    const rare = [...unknown('c999.0', 900), taskSeen('c999.0', 't1', 1100, 'working')];
    const { stories, tasks, anomalies } = await evidenceOf([...many, ...rare, ...fine('c500.0', 10)]);
    expect({ tasks, anomalies }).toEqual({ tasks: 302, anomalies: 301 });
    expect(stories.filter(({ anomaly }) => anomaly !== null)).toHaveLength(200);
    expect(stories.filter(({ anomaly }) => anomaly === null)).toHaveLength(1);
    expect(stories.map(({ client }) => client)).toContain('c999');
  });
});
