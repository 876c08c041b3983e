import { describe, expect, it } from 'vitest';
import {
  answer,
  experimentOf,
  headline,
  instant,
  numberRows,
  percent,
  plain,
  range,
  tight,
  truncate,
} from '../../src/report/findings/index.ts';
import { exampleResults, rateOf } from './fixture.ts';
import { cutShort, eightDeployments, failing, noSamples, repeated } from './fixture-extremes.ts';

const cellsOf = (results = exampleResults(), scenario = 0) =>
  experimentOf(results).scenarios[scenario]?.cells ?? [];

describe('the answer to a scenario', () => {
  it('names what each deployment lost, the most first', () => {
    expect(answer(cellsOf(exampleResults(), 1))).toBe(
      'stateful-round-robin lost 60 of 60 sessions, stateful-sticky 22 of 60; stateless had no session to lose and lost no state.',
    );
  });

  it('says that state was lost where there was no session to lose', () => {
    expect(answer(cellsOf(failing()))).toContain(
      'stateless had no session to lose but lost the state of 3 of 60 journeys',
    );
  });

  it('does not take nothing seen for nothing lost', () => {
    expect(answer(cellsOf(noSamples()))).toBe(
      'stateful-round-robin, stateful-sticky and stateless could not be measured.',
    );
    expect(answer(cellsOf(cutShort(), 2))).toMatch(/could not be measured/);
    expect(answer([])).toBe('Nothing was measured.');
  });

  it('claims for nobody that nothing was lost whose record has no end', () => {
    const results = exampleResults();
    const lose = (lost: number) => {
      for (const { metrics } of results.runs) Object.assign(metrics.session_loss, rateOf(lost, 60));
    };
    const leaveOpen = (deployments: string[]) => {
      for (const run of results.runs.filter(({ deployment }) => deployments.includes(deployment)))
        run.checks = [{ id: 'record-complete', verdict: 'unknown', observed: '', limit: '', reason: '' }];
    };
    lose(0);
    leaveOpen(['stateful-round-robin']);
    expect(answer(cellsOf(results, 1))).toMatch(
      /^stateful-sticky lost no session.*; stateful-round-robin could not be measured to the end\.$/,
    );
    leaveOpen(['stateful-sticky', 'stateless']);
    expect(answer(cellsOf(results, 1))).toBe(
      'stateful-round-robin, stateful-sticky and stateless could not be measured to the end.',
    );
    // What was seen to be lost is lost, however the record ends.
    lose(3);
    expect(answer(cellsOf(results, 1))).toMatch(/^stateful-round-robin lost 3 of 60 sessions, /);
  });

  it('stays short with many deployments', () => {
    expect(answer(cellsOf(eightDeployments(), 1))).toMatch(
      /^5 of 8 deployments lost sessions, from \d+ of 60 \(.*\) to 60 of 60 \(.*\); /,
    );
  });

  it('adds the counts of all scenarios and repeats in the headline', () => {
    expect(headline(experimentOf(repeated()))).toMatch(/^stateful-round-robin lost 900 of 900 sessions, /);
  });
});

describe('the numbers', () => {
  const row = (id: string, results = exampleResults(), scenario = 0) =>
    numberRows(cellsOf(results, scenario)).find((candidate) => candidate.id === id)?.cells ?? [];

  it('give a rate with its counts and its interval', () => {
    const [lost] = row('session_loss');
    expect(lost).toMatchObject({ text: '60 of 60', tone: 'lost' });
    expect(lost?.details).toContain('100 %; 95 % interval 94.0–100 %');
    expect(lost?.details).toContain('by misroute 60');
  });

  it('give the reason where a measure does not apply', () => {
    expect(row('session_loss')[2]).toEqual({
      text: 'no session to lose',
      details: ['2026-07-28 has no sessions'],
      tone: 'none',
    });
    expect(row('recovery_ms', exampleResults(), 2)[0]?.details).toEqual([
      'a scale-out takes nothing away that would have to come back',
    ]);
  });

  it('give ranges over repeats, counts added, and no interval of several runs', () => {
    const [, sticky] = row('session_loss', repeated(), 1);
    expect(sticky?.text).toMatch(/^\d+ of 300$/);
    expect(sticky?.details.join()).toMatch(/\d+–\d+ in each of 5 runs/);
    expect(sticky?.details.join()).not.toContain('interval');
  });

  it('are none without samples, never 0', () => {
    for (const { cells } of numberRows(cellsOf(noSamples()))) {
      for (const cell of cells) expect(cell.tone).toBe('none');
    }
  });
});

describe('numbers as text', () => {
  it('never round to all or to nothing', () => {
    expect([0, 0.00001, 0.5, 0.9996, 0.99999, 1].map(percent)).toEqual([
      '0 %',
      '0.001 %',
      '50.0 %',
      '99.96 %',
      '99.999 %',
      '100 %',
    ]);
  });

  it('say a unit once where it is the same', () => {
    expect(range([0.384, 0.401], percent)).toBe('38.4–40.1 %');
    expect(range([0.5, 0.5], percent)).toBe('50.0 %');
    expect(range([3, 7], String)).toBe('3–7');
  });

  it('keep a number and its unit on one line', () => {
    expect(tight('60 of 60 in 1.2 s, 40.0 % on a')).toBe(
      '60\u00a0of\u00a060 in 1.2\u00a0s, 40.0\u00a0% on a',
    );
  });

  it('show a time in UTC, and anything else as it is', () => {
    expect(instant('2026-08-14T10:12:07.412Z')).toBe('14 August 2026, 10:12 UTC');
    expect(instant('yesterday')).toBe('yesterday');
  });
});

describe('foreign text', () => {
  it('loses control and formatting characters and line breaks', () => {
    expect(plain('a\u001b[31mb\n\tc\u202ed\u0000')).toBe('a [31mb c d');
  });

  it('is cut by characters, not in the middle of one', () => {
    expect(truncate('😀😀😀', 2)).toBe('😀…');
    expect(truncate('short', 10)).toBe('short');
  });
});
