import { describe, expect, it } from 'vitest';
import type { Surveyed } from './page.ts';
import type { Survived } from './runs.ts';
import { departures, survivalTable } from './survival.ts';

const crash: Survived = {
  backend: 'process',
  scenario: 'crash',
  routing: 'session-affinity',
  lost: { numerator: 10, denominator: 30 },
  available: 0.976,
  recovered: 1,
  fault: { startMs: 1500, endMs: 2500 },
  durationMs: 6000,
  killed: 1,
};
const rolling: Survived = {
  ...crash,
  scenario: 'rolling-restart',
  lost: { numerator: 30, denominator: 30 },
  killed: 0,
};

const surveyed = (...survived: Survived[]) =>
  ({
    subject: { name: 'mine', contained: { not: 'no engine answers' } },
    survived,
  }) as unknown as Surveyed;

describe('what the survey says of sessions', () => {
  it('names a count that theory does not predict, and only that', () => {
    expect(departures([surveyed(crash, rolling)])[0]).toMatch(/^All 2 counts/);
    const lost = { numerator: 20, denominator: 30 };
    expect(departures([surveyed(crash, { ...rolling, lost })])).toContain(
      '- mine, process, rolling-restart, session-affinity: 20 of 30, where theory says 30 of 30',
    );
  });

  it('says of restarts that they came too late for all sessions to be asked, or were never over', () => {
    const rowOf = (one: Survived) =>
      survivalTable([surveyed(one)]).find((line) => line.includes('| processes'));
    expect(rowOf(rolling)).toContain('from 1.5 to 2.5 s of 6.0 s |');
    expect(rowOf({ ...rolling, fault: { startMs: 1500, endMs: 5800 } })).toContain('too late for all');
    expect(rowOf({ ...rolling, fault: { startMs: 1500, endMs: null } })).toContain('not over within the run');
    expect(rowOf({ ...rolling, killed: 2 })).toContain('; 2 of 3 killed');
  });

  it('says why a server was not run in containers', () => {
    expect(survivalTable([surveyed(crash)]).at(-1)).toContain('not run: no engine answers');
  });
});
