import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Prediction, Results } from '../../src/verdict/index.ts';
import { type Folder, temporaryFolder } from '../support/cli.ts';
import { root } from '../support/plan.ts';
import { containerEngine, need } from '../support/requirements.ts';
import { leftOf, outOf, resultsIn, runInContainers } from './support.ts';

/** Work that outlasts a request: tasks, streams, questions and changes, with a container that dies in the middle. */

const engine = await containerEngine();
type Run = Results['runs'][number];

const write = (folder: Folder, name: string, text: string) => {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
};

/** What was counted, `[of which, of all]`, of a run that knows it. */
function counted({ metrics }: Run, name: keyof Run['metrics']): [number, number] {
  const found = metrics[name];
  if (!('numerator' in found)) throw new Error(`${name}: ${JSON.stringify(found)}`);
  return [found.numerator, found.denominator];
}

/** Of some predictions: which there are, and which of them did not come out, whether or not the run has a verdict. */
function heldAgainst({ predictions }: Run, ids: readonly string[]) {
  const meant = predictions.filter(({ id }) => ids.includes(id));
  const agrees = ({ measured, interval: [low, high] }: Prediction) =>
    measured !== null && measured >= low - 1e-9 && measured <= high + 1e-9;
  return { ids: meant.map(({ id }) => id), wrong: meant.filter((one) => !agrees(one)) };
}

describe('long-running work in containers', () => {
  it.concurrent('loses the tasks of a container that dies, or another takes them over from the shared store', async ({
    skip,
  }) => {
    need(engine, skip);
    using folder = temporaryFolder();
    const original = readFileSync(join(root, 'scenarios/task-handover.yaml'), 'utf8');
    const scenario = write(folder, 'task-handover.yaml', original.replace('stepMs: 500', 'stepMs: 250'));
    const deployments = ['--deployment', 'stateful-tasks-memory,stateless-tasks-shared'];
    const load = ['--duration', '4s', '--sessions', '30', '--rate', '60/s', '--replicas', '2', '--quiet'];
    const { code, stderr, pid } = await runInContainers([scenario, ...deployments, ...load], folder);
    expect(code, stderr).toBeLessThan(3);
    const [memory, shared] = resultsIn(outOf(folder)).runs as [Run, Run];
    // Exact, by the log: what ran on the dead replica, and nothing else.
    const held = ['affinity-held', 'task-held'];
    expect(heldAgainst(memory, held)).toEqual({ ids: held, wrong: [] });
    expect(counted(memory, 'task_loss')[0]).toBeGreaterThan(0);
    const takenOver = ['task-shared-loss', 'task-once', 'task-taken-over', 'task-repeats'];
    expect(heldAgainst(shared, takenOver)).toEqual({ ids: takenOver, wrong: [] });
    expect(counted(shared, 'task_loss')).toEqual([0, expect.any(Number)]);
    expect(await leftOf(pid)).toEqual([]);
  }, 120_000);

  it.concurrent('carries streams, questions and changes across containers, one of which dies', async ({
    skip,
  }) => {
    need(engine, skip);
    using folder = temporaryFolder();
    const scenario = write(folder, 'together.yaml', together);
    const deployment = write(folder, 'all-shared.yaml', allShared);
    const deployments = ['--deployment', `${deployment},stateless-changes-shared`];
    const { code, stderr, pid } = await runInContainers(
      [scenario, ...deployments, '--replicas', '2', '--quiet'],
      folder,
    );
    expect(code, stderr).toBeLessThan(3);
    const runs = resultsIn(outOf(folder)).runs as [Run, Run];
    for (const run of runs) {
      const none = ['stream_leak', 'stream_duplicate', 'notification_loss', 'notification_leak'] as const;
      const counts = none.map((name) => [name, ...counted(run, name)] as const);
      expect(counts).toEqual(none.map((name) => [name, 0, expect.any(Number)]));
      // It was met: of each a few hundred.
      expect(counts.filter(([, , all]) => all < 50)).toEqual([]);
      expect(counted(run, 'duplicate_execution')).toEqual([0, expect.any(Number)]);
    }
    const [sessions, stateless] = runs;
    const shared = ['shared-session-loss', 'shared-bus'];
    expect(heldAgainst(sessions, shared)).toEqual({ ids: shared, wrong: [] });
    expect(heldAgainst(stateless, ['shared-bus'])).toEqual({ ids: ['shared-bus'], wrong: [] });
    // Another replica has the events; whether all come by the deadline depends on how busy the machine is.
    const { stream_loss: streams } = sessions.metrics;
    expect('streams' in streams && streams.streams.resumed).toBeGreaterThan(10);
    // A question that is open on the dead one is lost with it, unless its client carries the state of the call.
    const [lost, asked] = counted(sessions, 'input_loss');
    expect(asked).toBeGreaterThan(10);
    // Without affinity it would be a half.
    expect(lost / asked).toBeLessThan(0.3);
    expect(counted(stateless, 'input_loss')).toEqual([0, expect.any(Number)]);
    expect(counted(stateless, 'input_loss')[1]).toBeGreaterThan(10);
    expect(await leftOf(pid)).toEqual([]);
  }, 120_000);
});

const allShared = `
name: all-shared
description: 2025-11-25 by affinity, with sessions, events and the bus where all replicas see them
server: stateful-v2
state: shared
routing: session-affinity
replicas: 3
streams: { events: shared }
bus: shared
`;

const together = `
name: together
question: Do streams, questions and changes get past the death of a container?
duration: 4s
workload:
  sessions: 20
  rate: 40/s
  arrivals: { over: 10% }
  deadline: 4s
  journey:
    - subscribe: [news]
    - repeat: fill
      steps:
        - call: publish
          arguments: { topic: news, value: "\${opId}" }
        - call: report
          arguments: { steps: 6, stepMs: 30 }
          stream: { onBreak: resume, dropAfter: 3, idempotencyKey: true }
        - call: report
          arguments: { steps: 2, stepMs: 25, needInput: true }
          answers: { content: { goOn: true }, after: 100ms }
faults:
  - { at: 40%, fault: crash, replica: random, replace: true }
expect: {}
`;
