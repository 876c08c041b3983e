import { describe, expect, it } from 'vitest';
import { measureRun } from '../../src/measure/index.ts';
import type { LedgerEntry, RunEvent } from '../../src/record/index.ts';
import type { Scenario } from '../../src/scenario/index.ts';
import { judgeRun, worst } from '../../src/verdict/index.ts';
import { spec } from '../support/fakes.ts';
import {
  began,
  book,
  committed,
  ended,
  left,
  lost,
  opened,
  operation,
  started,
  stream,
  upstreams,
} from '../support/log.ts';

const journey: Scenario['workload']['journey'] = [
  { call: 'add', arguments: {}, writes: '${opId}' },
  { call: 'read', arguments: {}, reads: '$.items' },
];

async function judge(
  expectations: Scenario['expect'],
  events: readonly RunEvent[],
  options: {
    ledger?: readonly LedgerEntry[];
    torn?: number;
    deployment?: 'stateless';
    planned?: Partial<Scenario>;
  } = {},
) {
  const run = spec({ scenario: { expect: expectations, ...options.planned }, workload: { journey } });
  if (options.deployment) run.deployment = { ...run.deployment, name: 'stateless', protocol: '2026-07-28' };
  const measured = await measureRun(run, stream(events), stream(options.ledger ?? commitsOf(events)));
  return judgeRun(run, measured, { lines: 0, tornLines: options.torn ?? 0 });
}

/** The ledger of a server that commits what it acknowledges. */
const commitsOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) =>
    event.type === 'operation' && event.outcome === 'ok' ? [committed(event.opId)] : [],
  );

/** Two clients that write and read; the second finds its write only if `found`. */
const history = (found = true): RunEvent[] => [
  ...began(2),
  ...['c1', 'c2'].flatMap((client) => [
    opened(client, 0),
    operation(client, 0, 100, 5, { writes: `${client}.0` }),
    operation(client, 1, 200, 5, { reads: found || client === 'c1' ? [`${client}.0`] : [] }),
    left(client, 300, 2),
  ]),
  ...ended(400),
];

/** What was read of a server's own ledger lines. */
const ledgerRead = (said: Partial<Extract<RunEvent, { type: 'ledger-read' }>>): RunEvent => ({
  ...{ type: 'ledger-read', atUs: 390_000, replica: 'r1', boot: 1, entries: 0, unreadable: 0, torn: false },
  ...said,
});

const find = (result: Awaited<ReturnType<typeof judge>>, id: string) =>
  result.checks.find((check) => check.id === id);

describe('a threshold', () => {
  it('passes, and says what was observed, allowed and why', async () => {
    const result = await judge(
      { all: { lost_update: { max: 0, because: 'it was acknowledged' } } },
      history(),
    );
    expect(find(result, 'no-lost-update')).toEqual({
      id: 'no-lost-update',
      metric: 'lost_update',
      verdict: 'pass',
      observed: '0 of 2',
      limit: '0',
      reason: 'it was acknowledged',
    });
    expect(result.verdict).toBe('pass');
  });

  it('fails', async () => {
    const result = await judge({ all: { lost_update: { max: 0 } } }, history(false));
    expect(find(result, 'no-lost-update')).toMatchObject({ verdict: 'fail', observed: '1 of 2' });
    expect(result.verdict).toBe('fail');
  });

  it('fails on values that no client wrote, however many were lost', async () => {
    const odd = [
      ...history().slice(0, -2),
      operation('c1', 2, 310, 5, { reads: ['c1.0', 'x'] }),
      ...ended(400),
    ];
    const result = await judge({ all: { lost_update: { max: 1 } } }, odd);
    expect(find(result, 'lost_update')).toMatchObject({
      verdict: 'fail',
      reason: expect.stringContaining('no client wrote'),
    });
  });

  it('is unknown without samples, never passed', async () => {
    const unread = history().filter((event) => !(event.type === 'operation' && event.index === 1));
    const result = await judge({ all: { lost_update: { max: 0 } } }, unread);
    expect(find(result, 'no-lost-update')).toMatchObject({ verdict: 'unknown', observed: 'no samples' });
    expect(result.verdict).toBe('unknown');
  });

  it('is unknown when what could not be judged may have broken it', async () => {
    const unread = history().filter(
      (event) => !(event.type === 'operation' && event.client === 'c2' && event.index === 1),
    );
    const result = await judge({ all: { state_loss: { max: 0 } } }, unread);
    expect(find(result, 'no-state-loss')).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('1 journeys'),
    });
  });

  it('of the deployment replaces that of all, metric by metric', async () => {
    const expectations = {
      all: { session_loss: { max: 0 }, availability: { min: 0.5 } },
      'stateful-sticky': { session_loss: { min: 0.4, max: 0.6 } },
    };
    const result = await judge(expectations, [...history().slice(0, -2), lost('c1', 250), ...ended(400)]);
    expect(find(result, 'session_loss')).toMatchObject({
      verdict: 'pass',
      observed: '1 of 2',
      limit: '40 % to 60 %',
    });
    expect(find(result, 'availability')).toMatchObject({ verdict: 'pass' });
  });

  it('for all is not asked of a deployment for which it has no meaning; its own is', async () => {
    const all = await judge({ all: { session_loss: { max: 0 } } }, history(), { deployment: 'stateless' });
    expect(all.checks.map((check) => check.id)).not.toContain('no-session-loss');
    const own = await judge({ stateless: { session_loss: { max: 0 } } }, history(), {
      deployment: 'stateless',
    });
    expect(find(own, 'no-session-loss')).toMatchObject({
      verdict: 'unknown',
      reason: '2026-07-28 has no sessions',
    });
  });

  it('with a lower bound is unknown when what could not be judged may reach it', async () => {
    const unread = history().filter(
      (event) => !(event.type === 'operation' && event.client === 'c2' && event.index === 1),
    );
    const result = await judge({ all: { state_loss: { min: 0.5 } } }, unread);
    expect(find(result, 'state_loss')).toMatchObject({ verdict: 'unknown' });
  });

  it('fails on values that no client wrote, also when nothing else was read', async () => {
    const odd = [
      ...began(1),
      opened('c1', 0),
      operation('c1', 0, 100, 5, { reads: ['x'] }),
      left('c1', 300, 1),
      ...ended(400),
    ];
    const result = await judge({ all: { lost_update: { max: 0 } } }, odd);
    expect(find(result, 'no-lost-update')).toMatchObject({ verdict: 'fail' });
  });

  it('can be skipped for a reason', async () => {
    const expectations = {
      all: { lost_update: { max: 0 } },
      'stateful-sticky': { lost_update: { skip: 'no reads' } },
    };
    const result = await judge(expectations, history(false));
    expect(find(result, 'no-lost-update')).toBeUndefined();
  });

  it('on recovery fails when there was none', async () => {
    const fault: RunEvent[] = [
      { type: 'fault-began', atUs: 5_000_000, fault: 0, name: 'crash', targets: ['r1'] },
    ];
    const later = operation('c1', 2, 6000, 5, { outcome: 'info' });
    const events = [...history().slice(0, -2), ...fault, later, ...ended(10_000)];
    const result = await judge({ all: { recovery_ms: { max: 1000 } } }, events);
    expect(find(result, 'recovery_ms')).toMatchObject({
      verdict: 'fail',
      observed: 'not recovered by the end',
    });
  });

  it('on executions reads the ledger', async () => {
    const ledger = [committed('c1.0'), committed('c1.0', 'r2')];
    const result = await judge({ all: { duplicate_execution: { max: 0 } } }, history(), { ledger });
    expect(find(result, 'no-duplicate-execution')).toMatchObject({ verdict: 'fail', observed: '1 of 1' });
  });
});

describe('an acknowledged operation without a commit', () => {
  const boot: RunEvent[] = [started('r1', 1, -5)];
  const lines = [
    'begin c1.0',
    'commit c1.0',
    'begin c1.1',
    'begin c2.0',
    'commit c2.0',
    'begin c2.1',
    'commit c2.1',
  ];
  const judgeBook = (book: readonly LedgerEntry[]) =>
    judge({ all: { lost_update: { max: 0.9 } } }, [...boot, ...history()], { ledger: book });

  it('is a lost update, if the ledger proves it, and the record is sound all the same', async () => {
    const result = await judgeBook(book([...lines, 'end']));
    expect(find(result, 'lost_update')).toMatchObject({
      verdict: 'fail',
      reason: '1 operations were acknowledged and never committed, as the ledger proves',
    });
    expect(find(result, 'record-complete')).toMatchObject({ verdict: 'pass' });
    expect(result.verdict).toBe('fail');
  });

  it('is no accusation while the ledger may lack lines', async () => {
    const result = await judgeBook(book(lines.map((line) => (line === 'begin c1.1' ? '-' : line))));
    expect(find(result, 'lost_update')).toMatchObject({ verdict: 'pass' });
    expect(find(result, 'record-complete')).toMatchObject({ verdict: 'unknown' });
    expect(result.verdict).toBe('unknown');
  });
});

describe('a measure that breaks off', () => {
  /** Reads that are no list: no server can cause them, only a fault of the harness. */
  const odd = () =>
    history().map((event) =>
      event.type === 'operation' && event.reads ? { ...event, reads: 7 as unknown as string[] } : event,
    );

  it('is unknown with its reason, and takes no other with it', async () => {
    const expectations = {
      all: { lost_update: { max: 1 }, state_loss: { max: 1 }, availability: { min: 0.5 } },
    };
    const result = await judge(expectations, odd());
    for (const id of ['lost_update', 'state_loss']) {
      expect(find(result, id)).toMatchObject({
        verdict: 'unknown',
        observed: 'not measured',
        reason: expect.stringContaining('its measure broke off'),
      });
    }
    expect(find(result, 'availability')).toMatchObject({ verdict: 'pass', observed: '4 of 4' });
    expect(find(result, 'record-complete')).toMatchObject({ verdict: 'pass' });
    expect(result.metrics.lost_update).toMatchObject({ value: null });
    expect(result.warnings).toContainEqual(expect.stringContaining('lost_update is unknown'));
    expect(result.verdict).toBe('unknown');
  });

  it('makes the whole run unknown, if it is the one that tells whether the record is whole', async () => {
    const events = history().map((event) =>
      event.type === 'client-ended'
        ? Object.defineProperty({ ...event }, 'operations', {
            get: () => {
              throw new Error('no number');
            },
          })
        : event,
    );
    const result = await judge({ all: { availability: { min: 0.5 } } }, events);
    expect(find(result, 'availability')).toMatchObject({ verdict: 'pass' });
    expect(find(result, 'record-complete')).toMatchObject({
      verdict: 'unknown',
      reason: 'its measure broke off: no number',
    });
    expect(result.verdict).toBe('unknown');
  });

  it('is unknown too, if its metric cannot be read', async () => {
    const run = spec({ scenario: { expect: { all: { load_skew: { max: 9 }, availability: { min: 0 } } } } });
    const measured = await measureRun(run, stream(history()), undefined);
    const damaged = { ...measured.metrics, load_skew: undefined } as unknown as typeof measured.metrics;
    const result = judgeRun(run, { ...measured, metrics: damaged }, { lines: 0, tornLines: 0 });
    expect(find(result, 'load_skew')).toMatchObject({ verdict: 'unknown', observed: 'not measured' });
    expect(find(result, 'availability')).toMatchObject({ verdict: 'pass' });
  });
});

describe('a record that is not sound gives no verdict, good or bad', () => {
  const bad = { all: { lost_update: { max: 0 } } };
  const without = (type: RunEvent['type']) => history(false).filter((event) => event.type !== type);
  it.each([
    [
      'the harness was killed',
      without('run-ended'),
      0,
      'the record has no end: the harness was killed, or could not write',
    ],
    ['lines are torn', history(false), 2, '2 lines of the record cannot be read'],
    [
      "a server's ledger lines cannot be understood",
      [...history(false), ledgerRead({ entries: 4, unreadable: 3 })],
      0,
      '3 ledger lines of the servers cannot be understood; docs/ledger.md says what they must hold',
    ],
    [
      'the ledger cannot be noted',
      [...history(false), ledgerRead({ failure: 'ENOSPC' })],
      0,
      'the ledger could not be noted: ENOSPC',
    ],
    ['clients have no end', without('client-ended'), 0, '2 of 2 clients have no end'],
    [
      'operations have no record',
      history(false).filter((e) => !(e.type === 'operation' && e.opId === 'c2.1')),
      0,
      '4 operations were intended',
    ],
  ])('%s', async (_name, events, torn, reason) => {
    const result = await judge(bad, events, { torn });
    expect(find(result, 'record-complete')).toMatchObject({ verdict: 'unknown', reason });
    expect(result.verdict).toBe('unknown');
  });

  it('an acknowledged operation has no commit in the ledger', async () => {
    const result = await judge({ all: { lost_update: { max: 0 } } }, history(), {
      ledger: [committed('c1.0')],
    });
    expect(find(result, 'record-complete')).toMatchObject({
      verdict: 'unknown',
      reason: '3 acknowledged operations have no commit in the ledger, which may lack lines',
    });
    expect(result.verdict).toBe('unknown');
  });

  it('an acknowledged operation is not in the log of a balancer that keeps one', async () => {
    const result = await judge(bad, [...history(false), upstreams(['r1'], 0)]);
    expect(find(result, 'record-complete')).toMatchObject({
      verdict: 'unknown',
      reason: "4 acknowledged operations are not in the balancer's log",
    });
    expect(result.verdict).toBe('unknown');
  });

  it('a fault was not carried out, or nobody was there to meet it', async () => {
    const fault = (atUs: number): RunEvent[] => [
      { type: 'fault-began', atUs, fault: 0, name: 'crash', targets: ['r1'] },
      { type: 'fault-ended', atUs, fault: 0, name: 'crash' },
    ];
    const planned: Partial<Scenario> = {
      faults: [{ at: '0.1s', atMs: 100, fault: 'crash', replica: 1, replace: true }],
    };
    const met = async (events: RunEvent[]) =>
      find(await judge(fine, events, { planned }), 'faults-met')?.verdict;
    const fine = { all: { lost_update: { max: 0 } } };
    expect(await met(history())).toBe('unknown');
    expect(await met([...history(), ...fault(350_000)])).toBe('unknown');
    expect(await met([...history(), ...fault(150_000)])).toBe('pass');
  });

  it('a fault found nobody left to strike, and says so', async () => {
    const planned: Partial<Scenario> = {
      faults: [{ at: '0.1s', atMs: 100, fault: 'crash', replica: 1, replace: true }],
    };
    const error = 'no replica r1 is alive when the fault begins';
    const moot: RunEvent = { type: 'fault-ended', atUs: 100_000, fault: 0, name: 'crash', error };
    const result = await judge({}, [...history(), moot], { planned });
    expect(find(result, 'faults-met')).toMatchObject({
      verdict: 'unknown',
      reason: `not every fault was carried out: ${error}`,
    });
  });

  it('the generator came too late for some altogether', async () => {
    const missed = operation('c3', 400, 410, 2100, {
      outcome: 'fail',
      startUs: null,
      unsentBecause: 'deadline',
    });
    const many = Array.from({ length: 400 }, (_, i) => operation('c3', i, i, 0.5));
    const events = [...history().slice(0, -2), opened('c3', -1), ...many, missed, ...ended(2500)];
    const result = await judge(
      bad,
      events.map((e) => (e.type === 'workload-began' ? { ...e, clients: 3 } : e)),
    );
    expect(find(result, 'generator-on-time')).toMatchObject({ verdict: 'unknown' });
  });

  it('the run was cut short', async () => {
    const events = history().map((event) =>
      event.type === 'run-ended' ? { ...event, how: 'interrupted' as const } : event,
    );
    expect((await judge({}, events)).verdict).toBe('unknown');
  });

  it('the generator was late', async () => {
    const late = operation('c1', 2, 310, 700, { startUs: 900_000 });
    const events = [...began(1), opened('c1', 0), late, left('c1', 1100, 1), ...ended(1200)];
    const result = await judge({ all: { availability: { min: 0.5 } } }, events);
    expect(result.warnings).toEqual([expect.stringContaining('590 ms late')]);
    expect(find(result, 'generator-on-time')).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('lower --rate'),
    });
    expect(result.verdict).toBe('unknown');
  });

  it('the generator was busy all the time, or its event loop stalled, whatever its lag', async () => {
    const sample = (busy: number, delayMaxUs: number): RunEvent => ({
      type: 'generator-usage',
      atUs: 0,
      thread: 0,
      overUs: 1_000_000,
      cpuUs: 1_000_000 * busy,
      delayMaxUs,
      busy,
      rssBytes: 1,
    });
    const check = async (...samples: RunEvent[]) =>
      find(await judge(bad, [...history(), ...samples]), 'generator-on-time');
    expect(await check(sample(0.9, 1000), sample(0.9, 1000), sample(1, 900_000))).toMatchObject({
      verdict: 'pass',
    });
    expect(await check(sample(0.99, 1000), sample(0.99, 1000), sample(0.2, 1000))).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringMatching(/busy 99 % of the time.*lower --rate/),
    });
    expect(await check(sample(0.3, 300_000), sample(0.3, 300_000), sample(0.3, 1000))).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringMatching(/stalls for 300 ms.*lower --rate/),
    });
  });

  it('nothing was asked of it', async () => expect((await judge({}, history())).verdict).toBe('unknown'));
});

describe('worst', () => {
  it('is fail before unknown before pass, and unknown of nothing', () => {
    expect(worst(['pass', 'unknown', 'fail'])).toBe('fail');
    expect(worst(['pass', 'unknown'])).toBe('unknown');
    expect(worst(['pass'])).toBe('pass');
    expect(worst([])).toBe('unknown');
  });
});

describe('a replica that ended by itself', () => {
  const exit = (expected: boolean): RunEvent => ({
    type: 'replica-exited',
    ...{ atUs: 250_000, replica: 'r1', boot: 1, exitCode: 7, signal: null, expected },
  });

  it('fails the run, whatever its thresholds say; one that was told to does not', async () => {
    const fine = { all: { lost_update: { max: 0 } } };
    const result = await judge(fine, [...history(), exit(false)]);
    expect(find(result, 'replicas-stayed')).toMatchObject({
      verdict: 'fail',
      observed: '1 ended by themselves',
      reason: expect.stringContaining('r1 (boot 1): exit code 7'),
    });
    expect(result.verdict).toBe('fail');
    const told = await judge(fine, [...history(), exit(true)]);
    expect(find(told, 'replicas-stayed')).toBeUndefined();
    expect(told.verdict).toBe('pass');
  });
});
