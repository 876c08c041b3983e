import { describe, expect, it } from 'vitest';
import { inputFacts, inputMeasures, takenAnswers } from '../../../src/measure/input/index.ts';
import { routeJoin } from '../../../src/measure/route-join.ts';
import type { InputEvent, OperationEvent, RunEvent } from '../../../src/record/index.ts';
import type { JourneyStep } from '../../../src/scenario/index.ts';
import { spec } from '../../support/fakes.ts';
import { collect, operation, routed, signalled } from '../../support/log.ts';

const us = (ms: number) => ms * 1000;
type How = Extract<InputEvent, { type: 'asked' }>['how'];
const asked = (opId: string, ms = 100, how: How = 'stream', round = 1): RunEvent => ({
  ...{ type: 'asked', atUs: us(ms), client: 'c1', opId, round },
  ...{ requestId: `${opId}-call`, how },
});
const answered = (
  opId: string,
  ms = 200,
  changes: Partial<Extract<InputEvent, { type: 'answered' }>> = {},
): RunEvent => ({
  ...{ type: 'answered', atUs: us(ms + 1), client: 'c1', opId, round: 1, requestId: `${opId}-answer` },
  ...{ sentUs: us(ms), action: 'accept', tampered: false, status: 202 },
  ...changes,
});
const ended = (opId: string, changes: Partial<OperationEvent> = {}): RunEvent => ({
  ...operation('c1', Number(opId.split('.')[1]), 0, 1000),
  ...changes,
});
const late = { outcome: 'info', failure: { kind: 'timeout' } } as const;

function taken(...operations: readonly (readonly [opId: string, ms: number])[]) {
  const answers = takenAnswers();
  for (const [opId, ms] of operations) {
    answers.note({ event: 'answered', opId, atUs: us(ms), replica: 'r1', boot: 1 });
  }
  return answers;
}
const measure = (events: RunEvent[], answers = taken(), isAsked = true) =>
  collect(inputMeasures(isAsked, answers), events);

describe('input_loss', () => {
  it('counts operations that were answered for and never went on', () => {
    const { loss } = measure([
      ...[asked('c1.0'), answered('c1.0'), ended('c1.0')],
      ...[asked('c1.1'), answered('c1.1'), ended('c1.1', late)],
      ended('c1.2', late),
    ]);
    expect(loss).toMatchObject({
      numerator: 1,
      denominator: 2,
      rounds: { mean: 1, max: 1 },
      unanswered: 0,
      cut: 0,
    });
  });

  it('takes the ledger at its word, unless it speaks of a time when the client had given up', () => {
    const events = [asked('c1.0'), answered('c1.0'), ended('c1.0', late)];
    expect(measure(events, taken(['c1.0', 999])).loss).toMatchObject({ numerator: 0, denominator: 1 });
    expect(measure(events, taken(['c1.0', 1001])).loss).toMatchObject({ numerator: 1, denominator: 1 });
    expect(measure(events, taken(['c1.1', 500])).loss).toMatchObject({ numerator: 1, denominator: 1 });
  });

  it('a tool that says no is past its question', () => {
    const no = { outcome: 'fail', failure: { kind: 'tool-error' } } as const;
    expect(measure([asked('c1.0'), answered('c1.0'), ended('c1.0', no)]).loss).toMatchObject({
      numerator: 0,
    });
  });

  it('leaves out who did not answer, and whose answer broke with its exchange', () => {
    const broke = answered('c1.1', 200, { failure: { kind: 'broken' }, status: null });
    const { loss } = measure([
      ...[asked('c1.0'), ended('c1.0', late)],
      ...[asked('c1.1', 100, 'result'), broke, ended('c1.1', late)],
      // On a stream it is known that it is of no use: the call has a connection of its own.
      ...[asked('c1.2'), answered('c1.2', 200, { failure: { kind: 'broken' } }), ended('c1.2', late)],
    ]);
    expect(loss).toMatchObject({ numerator: 1, denominator: 1, unanswered: 1, cut: 1 });
  });

  it('counts the rounds', () => {
    const { loss } = measure([
      ...[asked('c1.0'), asked('c1.0', 150, 'stream', 2), answered('c1.0'), ended('c1.0')],
      ...[asked('c1.1'), answered('c1.1'), ended('c1.1')],
    ]);
    expect(loss).toMatchObject({ rounds: { mean: 1.5, max: 2 } });
  });

  it('counts tasks that were asked, also where the journey says nothing of answers', () => {
    const broke = { failure: { kind: 'broken' }, status: null } as const;
    const { loss } = measure(
      [
        ...[asked('c1.0', 100, 'state'), answered('c1.0'), ended('c1.0')],
        ...[asked('c1.1', 100, 'state'), answered('c1.1'), ended('c1.1', late)],
        // The last sending counts: the answer that broke was sent again.
        ...[asked('c1.2', 100, 'state'), answered('c1.2', 200, broke), answered('c1.2', 300)],
        ...[ended('c1.2', late), asked('c1.3', 100, 'state'), answered('c1.3', 200, broke)],
        ended('c1.3', late),
      ],
      taken(['c1.2', 400]),
      false,
    );
    expect(loss).toMatchObject({ numerator: 1, denominator: 3, unanswered: 0, cut: 1 });
  });

  it('is not applicable where no call answers', () => {
    expect(measure([], taken(), false)).toMatchObject({
      loss: { notApplicable: expect.any(String) },
      forgery: { notApplicable: expect.any(String) },
    });
  });
});

describe('state_forgery', () => {
  const forged = (opId: string) => [asked(opId, 100, 'result'), answered(opId, 200, { tampered: true })];
  const refused = { outcome: 'fail', failure: { kind: 'rejected', code: -32602 } } as const;

  it('counts altered states that were taken, by the result or by the ledger; they are not in input_loss', () => {
    const { loss, forgery } = measure(
      [
        ...[...forged('c1.0'), ended('c1.0', refused)],
        ...[...forged('c1.1'), ended('c1.1')],
        ...[...forged('c1.2'), ended('c1.2', late)],
      ],
      taken(['c1.2', 300]),
    );
    expect(forgery).toMatchObject({ numerator: 2, denominator: 3 });
    expect(loss).toMatchObject({ numerator: 0, denominator: 0 });
  });

  it('is not applicable where none was altered', () => {
    expect(measure([asked('c1.0'), ended('c1.0')]).forgery).toHaveProperty('notApplicable');
  });
});

describe('facts of questions', () => {
  const answers = { action: 'accept', content: {}, after: '0ms', tamper: false } as const;
  const journey: JourneyStep[] = [{ call: 'report', arguments: {}, answers }];
  const faults = [{ fault: 'crash', at: '1s', atMs: 1000, replica: 1, replace: true }] as const;
  const factsOf = (events: RunEvent[]) => {
    const run = spec({ scenario: { faults: [...faults] }, workload: { journey } });
    const routes = routeJoin();
    const one = inputFacts(run, routes, taken());
    for (const event of events) {
      routes.see(event);
      one.see(event);
    }
    return one.result();
  };
  const kill: RunEvent[] = [
    { type: 'fault-began', atUs: us(499), fault: 0, name: 'crash', targets: ['r1'] },
    signalled('r1', 1, 'SIGKILL', 500),
  ];
  const life = (opId: string, replica: string, askedMs: number, sentMs: number) => [
    routed(`${opId}-call`, replica, askedMs - 10),
    ...[asked(opId, askedMs), answered(opId, sentMs), ended(opId, late)],
  ];

  it('do not know where a task was that a notification told of', () => {
    const event: RunEvent = { ...asked('c1.0', 300, 'state'), requestId: null } as RunEvent;
    const found = factsOf([...kill, event, answered('c1.0', 600), ended('c1.0', late)]);
    expect(found).toMatchObject({ answered: 1, lost: 1, struck: { open: 0, inDoubt: 0 } });
  });

  it('are null where no call answers questions', () => {
    expect(inputFacts(spec(), routeJoin(), taken()).result()).toBeNull();
  });

  it('tell what was open on the struck replica, and what may have been on its way', () => {
    const found = factsOf([
      ...kill,
      ...life('c1.0', 'r1', 300, 600),
      ...life('c1.1', 'r1', 300, 450),
      ...life('c1.2', 'r1', 100, 200),
      ...life('c1.3', 'r1', 550, 600),
      ...life('c1.4', 'r2', 300, 600),
    ]);
    expect(found).toMatchObject({ answered: 5, lost: 5, struck: { open: 1, inDoubt: 1 } });
  });

  it('tell apart what was answered before the first fault was due', () => {
    const found = factsOf([
      { type: 'workload-began', atUs: us(50), clients: 1 },
      ...[...life('c1.0', 'r2', 900, 1049), asked('c1.1', 900), answered('c1.1', 1000), ended('c1.1')],
      ...life('c1.2', 'r2', 900, 1050),
    ]);
    expect(found).toMatchObject({ answered: 3, lost: 2, quiet: { answered: 2, lost: 1 } });
  });
});
