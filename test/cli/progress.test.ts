import { expect, it } from 'vitest';
import type { Output } from '../../src/cli/output.ts';
import { progressDisplay } from '../../src/cli/progress.ts';
import { watchStubborn } from '../../src/cli/stubborn-replicas.ts';
import type { Counts } from '../../src/generator/index.ts';
import type { RunEvent } from '../../src/record/index.ts';
import { memorySink, spec } from '../support/fakes.ts';

const counts: Counts = { arrived: 60, ok: 9, notOk: 1, lost: 3, tasks: 0, tasksLost: 0 };

/** The lines of a run of one deployment that ended. */
function linesOf(
  protocol: '2025-11-25' | '2026-07-28',
  {
    tasks = 0,
    killed = [] as string[],
    how = 'completed' as 'completed' | 'interrupted',
    quiet = false,
  } = {},
): string[] {
  const lines: string[] = [];
  const output: Output = {
    out: () => {},
    note: (text) => lines.push(text),
    interactive: false,
    colour: false,
    columns: 100,
    noteColumns: 100,
  };
  const run = spec();
  run.deployment = { ...run.deployment, name: 'mine', protocol };
  const progress = progressDisplay(output, quiet).begin(run, 1, 1);
  progress.update({ ...counts, tasks, tasksLost: Math.min(tasks, 2) });
  for (const replica of killed) progress.replicaKilled(replica);
  progress.end(how);
  return lines;
}

it('a run says what became of sessions where there are any, and else how many clients it had', () => {
  expect(linesOf('2025-11-25')[0]).toMatch(/: 9 ok, 1 failed, 3 of 60 sessions lost$/);
  expect(linesOf('2025-11-25', { tasks: 5 })[0]).toMatch(/3 of 60 sessions, 2 of 5 tasks lost$/);
  expect(linesOf('2026-07-28')[0]).toMatch(/: 9 ok, 1 failed, 60 clients$/);
  expect(linesOf('2026-07-28', { tasks: 5 })[0]).toMatch(/60 clients, 2 of 5 tasks lost$/);
});

it('a run names the replicas that SIGTERM did not end, unless nobody let it', () => {
  expect(linesOf('2025-11-25', { killed: ['r2', 'r1', 'r2'] }).slice(1)).toEqual([
    '  mine: r1, r2 did not end within the `grace` after SIGTERM (1 s at the end of a run), and got SIGKILL',
  ]);
  expect(linesOf('2025-11-25')).toHaveLength(1);
  expect(linesOf('2025-11-25', { killed: ['r1'], how: 'interrupted' })).toHaveLength(1);
  expect(linesOf('2025-11-25', { killed: ['r1'], quiet: true })).toEqual([]);
});

it('a replica is stubborn if SIGKILL follows its SIGTERM, and all is recorded', () => {
  const sink = memorySink();
  const told: string[] = [];
  const watched = watchStubborn(sink, (replica) => told.push(replica));
  const signalled = (replica: string, boot: number, signal: string): RunEvent => ({
    ...{ type: 'replica-signalled', atUs: 0, replica, boot, signal },
  });
  const all = [
    signalled('r1', 1, 'SIGTERM'),
    signalled('r2', 1, 'SIGKILL'),
    signalled('r1', 2, 'SIGKILL'),
    signalled('r1', 1, 'SIGKILL'),
    signalled('r1', 1, 'SIGKILL'),
  ];
  for (const event of all) watched.write(event);
  expect(told).toEqual(['r1']);
  expect(sink.events).toEqual(all);
});
