import { describe, expect, it } from 'vitest';
import type { Series } from '../../src/measure/index.ts';
import { joinedBoots, ready } from '../../src/measure/ready.ts';
import type { RunEvent } from '../../src/record/index.ts';
import { answered, began, collect, routed, signalled, started, topologyEvent } from '../support/log.ts';

const scaleOut = (targets: string[], ms: number): RunEvent => ({
  type: 'fault-began',
  atUs: ms * 1000,
  fault: 0,
  name: 'scale-out',
  targets,
});

/** `r3` is asked for at 1000 ms. */
const joining = [
  scaleOut(['r3'], 1000),
  topologyEvent('replica-ordered', 'r3', 1, 1000),
  started('r3', 1, 1010),
  topologyEvent('replica-listening', 'r3', 1, 1200),
  answered('r3', 1, 1230),
];

const series = (
  load: Series['load'] = [],
  upstreams = [
    { atMs: -5, replicas: ['r1', 'r2'] },
    { atMs: 1240, replicas: ['r1', 'r2', 'r3'] },
  ],
) => ({ windowMs: 100, load, upstreams });

const window = (startMs: number, r1: number, r2: number, r3: number) => ({
  startMs,
  requests: { r1, r2, r3 },
});

describe('ready_ms', () => {
  it('times each stage from the command', () => {
    const boots = collect(joinedBoots(), [...began(1), ...joining, routed('a', 'r3', 1300)]);
    expect(ready(boots, series())).toEqual({
      value: 300,
      replicas: [
        {
          replica: 'r3',
          boot: 1,
          why: 'scale-out',
          startedMs: 10,
          listeningMs: 200,
          answeredMs: 230,
          balancedMs: 300,
          fairShareMs: null,
        },
      ],
    });
  });

  it('counts only a good answer of this boot for the first balanced one', () => {
    const early = { ...routed('a', 'r3', 900) } as RunEvent;
    const bad = { ...routed('b', 'r3', 1250), status: 502 } as RunEvent;
    const boots = collect(joinedBoots(), [...began(1), ...joining, early, bad]);
    expect(ready(boots, series())).toMatchObject({ value: null, replicas: [{ balancedMs: null }] });
  });

  it('calls the next boot in a slot a replacement', () => {
    const boots = collect(joinedBoots(), [
      ...began(1),
      signalled('r1', 1, 'SIGKILL', 500),
      topologyEvent('replica-ordered', 'r1', 2, 510),
      started('r1', 2, 520),
      answered('r1', 2, 700),
      routed('a', 'r1', 800),
    ]);
    expect(ready(boots, series())).toMatchObject({
      value: 290,
      replicas: [{ why: 'replacement', boot: 2, startedMs: 10, listeningMs: null, answeredMs: 190 }],
    });
  });

  it('has its share from the end of the first of two windows with 80 % of an equal one', () => {
    const boots = collect(joinedBoots(), [...began(1), ...joining, routed('a', 'r3', 1300)]);
    const load = [
      window(1200, 20, 20, 20),
      window(1300, 20, 20, 10),
      window(1400, 20, 20, 18),
      window(1500, 20, 20, 5),
      window(1600, 20, 20, 17),
      window(1700, 1, 1, 0),
      window(1800, 20, 20, 17),
    ];
    // 1200 is not wholly after it joined, 1500 broke what 1400 began, and 1700 is too small to tell.
    expect(ready(boots, series(load))).toMatchObject({ replicas: [{ fairShareMs: 700 }] });
  });

  it('never has its share if it leaves first', () => {
    const boots = collect(joinedBoots(), [...began(1), ...joining]);
    const leaving = [...series().upstreams, { atMs: 1350, replicas: ['r1', 'r2'] }];
    const load = [window(1300, 20, 20, 20), window(1400, 20, 20, 20), window(1500, 20, 20, 20)];
    expect(ready(boots, series(load, leaving))).toMatchObject({ replicas: [{ fairShareMs: null }] });
  });

  it('has no meaning when nobody joined; those that were there at the begin did not', () => {
    const boots = collect(joinedBoots(), [topologyEvent('replica-ordered', 'r1', 1, -50), ...began(1)]);
    expect(ready(boots, series())).toEqual({ notApplicable: 'no replica was added or replaced' });
  });
});
