import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ClientKind } from '../../src/record/index.ts';
import type { Results, RunResult } from '../../src/verdict/index.ts';
import { cli, temporaryFolder } from '../support/cli.ts';
import { catalog } from '../support/plan.ts';
import { recordedEvents } from '../support/recorded.ts';

/** Whoever makes the load, the wire client or an official one, the same is lost, and for the same reason. */

const small = ['--duration', '3s', '--sessions', '9', '--rate', '36/s', '--seed', '7', '--quiet'];

/** With deadlines that a busy machine does not miss: a client that gives up does not see what it would have lost. */
const patient = (yaml: string) =>
  yaml.replace(/^ +deadline: .*\n/gm, '').replace(/^workload:\n/m, 'workload:\n  deadline: 30s\n');
const timeoutMs = 240_000;

/** What one client saw on one deployment. */
interface View {
  run: RunResult;
  // biome-ignore lint/suspicious/noExplicitAny: see `recordedEvents`.
  events: any[];
}

async function look(
  client: ClientKind,
  scenario: string,
  deployments: string[],
  size = small,
): Promise<View[]> {
  using folder = temporaryFolder();
  const out = join(folder.path, 'experiment');
  const file = join(folder.path, 'patient.yaml');
  writeFileSync(file, patient(readFileSync(join(catalog.scenariosDir, `${scenario}.yaml`), 'utf8')));
  const names = deployments.join(',');
  const args = ['run', file, '--client', client, '--deployment', names, ...size, '--out', out];
  const { code, stderr } = await cli(args);
  // Which verdict it is may depend on how busy the machine is; that there is one may not.
  expect([0, 1, 2], stderr).toContain(code);
  const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
  return deployments.map((deployment) => {
    const run = results.runs.find((one) => one.deployment === deployment);
    if (!run) throw new Error(`no run of ${deployment}`);
    return { run, events: recordedEvents(out, `${deployment}-0`) };
  });
}

/** What was intended: it follows from scenario and seed alone. */
function intended({ events }: View) {
  const beginUs = events.find((event) => event.type === 'workload-began').atUs;
  const arrivals = events
    .filter((event) => event.type === 'session-opened' && event.generation === 0)
    .map(({ client, intendedUs }) => [client, Math.round(intendedUs - beginUs)]);
  const operations = events
    .filter((event) => event.type === 'operation')
    .map(({ opId, tool }) => [opId, tool]);
  return { arrivals: arrivals.sort(), operations: operations.sort() };
}

/** The process that got a request: its replica, and how many processes that had been started there. */
const processOf = ({ events }: View, routed: { replica: string; atUs: number }) => {
  const started = events.filter(
    ({ type, replica, atUs }) =>
      type === 'replica-started' && replica === routed.replica && atUs <= routed.atUs,
  );
  return `${routed.replica}/${started.length}`;
};

/**
 * Theory, from the topology's records alone: a session in replica memory is lost once a process other than the
 * one that opened it answers a request in it. Returns the clients that lose the session of their arrival.
 */
function losersByTheory(view: View): string[] {
  const routed = view.events.filter(({ type, method }) => type === 'routed' && method === 'POST');
  const number = (requestId: string) => Number(requestId.split('-')[1]);
  return view.events
    .filter((event) => event.type === 'session-opened' && event.generation === 0)
    .filter(({ client, requestId }) => {
      const own = routed.filter((one) => one.requestId?.startsWith(`${client}-`));
      const opening = own.find((one) => one.requestId === requestId);
      return own
        .filter((one) => number(one.requestId) > number(requestId))
        .filter(({ status, error }) => status !== null && status < 500 && error === undefined)
        .some((one) => processOf(view, one) !== processOf(view, opening));
    })
    .map(({ client }) => client)
    .sort();
}

const losers = ({ events }: View): string[] =>
  events
    .filter((event) => event.type === 'session-lost' && event.generation === 0)
    .map(({ client }) => client)
    .sort();

/**
 * The exchanges that a client must make: one for each attempt; for a session `initialize`,
 * `notifications/initialized` and DELETE; and a word for each call that it gave up. An SDK that lists the tools
 * or asks for a stream of its own accord would make more.
 */
function exchangesByTheory({ run, events }: View): number {
  const count = (type: string) => events.filter((event) => event.type === type).length;
  const operations = events.filter(({ type }) => type === 'operation');
  const attempts = operations.reduce((sum, { attempts }) => sum + attempts, 0);
  if (run.deployment.startsWith('stateless')) return attempts;
  const givenUp = operations.filter(({ failure }) => failure?.kind === 'timeout').length;
  return attempts + 2 * count('session-opened') + count('session-closed') + givenUp;
}

/** What every client must find, whatever the machine was doing. */
function expectSound(view: View): void {
  const { checks, metrics } = view.run;
  expect(checks.find(({ id }) => id === 'record-complete')).toMatchObject({ verdict: 'pass' });
  // Some journeys write nothing.
  if ('numerator' in metrics.lost_update) {
    expect(metrics.lost_update).toMatchObject({ numerator: 0, unexpected: 0 });
  }
  expect(metrics.duplicate_execution).toMatchObject({ numerator: 0 });
}

/**
 * Whether theory gives a number beforehand: rotation opens as many sessions on each replica, so that the loss of
 * one replica is the loss of its share, if the machine was quick enough to open all of them before.
 */
function isDetermined({ events }: View): boolean {
  const fault = events.find(({ type }) => type === 'fault-began');
  if (fault === undefined) return true;
  const late = events.some(
    ({ type, generation, atUs }) => type === 'session-opened' && generation === 0 && atUs > fault.atUs,
  );
  return fault.targets.length <= 1 && !late;
}

function expectNoStateLost({ metrics }: View['run']): void {
  if ('numerator' in metrics.state_loss) expect(metrics.state_loss.numerator).toBe(0);
}

/** With sessions in replica memory, exactly those are lost that theory names. */
function expectLossesOfTheory(view: View): void {
  expect(losers(view)).toEqual(losersByTheory(view));
  expect(view.run.metrics.session_loss).toMatchObject({
    numerator: losers(view).length,
    denominator: 9,
    causes: { expiry: 0, unattributed: 0 },
  });
}

/**
 * The default comparison, and nothing at all. Those of long work have deployments of their own: tasks, questions and
 * streams follow below.
 */
const ofCalls = ['steady', 'rolling-restart', 'crash', 'scale-out'];

it.each(ofCalls)(
  '%s is the same world for the wire client and the official ones',
  async (scenario) => {
    const deployments = ['stateful-sticky', 'stateful-shared-store', 'stateless'];
    const [wire, sdk] = await Promise.all([
      look('wire', scenario, deployments),
      look('sdk', scenario, deployments),
    ]);
    for (const [mine, theirs] of wire.map((view, i) => [view, sdk[i]] as [View, View])) {
      expect(intended(theirs)).toEqual(intended(mine));
      expectSound(mine);
      expectSound(theirs);
      if (mine.events.some(({ type }) => type === 'fault-began')) continue;
      for (const view of [mine, theirs]) {
        const exchanges = view.events.filter(({ type }) => type === 'routed');
        expect(exchanges).toHaveLength(exchangesByTheory(view));
      }
    }
    const affinity = [wire[0], sdk[0]] as [View, View];
    for (const view of affinity) expectLossesOfTheory(view);
    if (affinity.every(isDetermined)) {
      expect(losers(affinity[1])).toHaveLength(losers(affinity[0]).length);
    }
    for (const { run } of [wire[1], sdk[1]] as View[]) {
      expect(run.metrics.session_loss).toMatchObject({ numerator: 0, denominator: 9 });
      expectNoStateLost(run);
    }
    for (const { run } of [wire[2], sdk[2]] as View[]) {
      expect(run.metrics.session_loss).toEqual({ notApplicable: '2026-07-28 has no sessions' });
      expectNoStateLost(run);
    }
  },
  timeoutMs,
);

it.each(['crash', 'rolling-restart'])(
  '%s takes from SDK v2 what theory says',
  async (scenario) => {
    const [view] = (await look('sdk-v2', scenario, ['stateful-sticky'])) as [View];
    expectSound(view);
    expectLossesOfTheory(view);
  },
  timeoutMs,
);

it('finds a session once in N in strict rotation, whoever asks', {
  timeout: timeoutMs,
}, async () => {
  const kinds = ['wire', 'sdk', 'sdk-v2'] as const;
  const views = await Promise.all(kinds.map((kind) => look(kind, 'steady', ['stateful-round-robin'])));
  for (const view of views.flat()) {
    expectSound(view);
    expectLossesOfTheory(view);
    const opened = view.events.filter(({ type }) => type === 'session-opened').length;
    const lost = view.events.filter(({ asked }) => asked === 'notifications/initialized').length;
    expect(opened).toBeGreaterThan(30);
    // Five standard errors of a share of 1/3.
    const bound = 5 * Math.sqrt((1 / 3) * (2 / 3) * (1 / opened));
    expect(Math.abs((opened - lost) / opened - 1 / 3)).toBeLessThan(bound);
  }
});

it.each<[string, string[]]>([
  ['task-handover', ['stateful-tasks-shared', 'stateless-tasks-shared', 'stateless-tasks-memory']],
  ['task-fan-out', ['stateless-tasks-shared']],
])(
  '%s loses the same tasks, whether the wire client or an official one follows them',
  async (scenario, deployments) => {
    const [wire, sdk] = await Promise.all([
      look('wire', scenario, deployments),
      look('sdk', scenario, deployments),
    ]);
    for (const [mine, theirs] of wire.map((view, i) => [view, sdk[i]] as [View, View])) {
      // What comes behind a task is due by its end (closed loop), which may be too late.
      const reports = (view: View) => intended(view).operations.filter(([, tool]) => tool === 'report');
      expect(intended(theirs).arrivals).toEqual(intended(mine).arrivals);
      expect(reports(theirs)).toEqual(reports(mine));
      const made = mine.events.filter(({ type }) => type === 'task-created').length;
      expect(made).toBeGreaterThanOrEqual(9);
      for (const view of [mine, theirs]) {
        expectSound(view);
        // In the memory of one of three it is found by a poll with 1/3, so by all of them never.
        const lost = view.run.deployment === 'stateless-tasks-memory' ? made : 0;
        expect(view.run.metrics.task_loss).toMatchObject({ numerator: lost, denominator: made });
      }
    }
  },
  timeoutMs,
);

/** As small as it can be, so that calls that take half a second do not wait for each other. */
const few = ['--duration', '3s', '--sessions', '6', '--rate', '8/s', '--seed', '7', '--quiet'];

it('a question is answered by an official client as by the wire client, whichever replica the answer reaches', {
  timeout: timeoutMs,
}, async () => {
  const [view] = (await look('sdk', 'elicitation', ['stateless'], few)) as [View];
  expectSound(view);
  const of = (type: string) => view.events.filter((event) => event.type === type);
  const done = of('operation').filter(({ outcome }) => outcome === 'ok');
  expect(done.length).toBeGreaterThan(9);
  for (const type of ['asked', 'answered']) {
    const told = new Set(of(type).map(({ opId }) => opId));
    for (const { opId } of done) expect(told).toContain(opId);
  }
  expect(view.run.metrics.input_loss).toMatchObject({ numerator: 0, cut: 0 });
  const routed = new Set(of('routed').map(({ requestId }) => requestId));
  for (const { requestId } of [...of('asked'), ...of('answered')]) expect(routed).toContain(requestId);
});

it('a stream is resumed by an official client at any replica, and loses nothing', {
  timeout: timeoutMs,
}, async () => {
  const [view] = (await look('sdk', 'stream-resume', ['stateful-streams-shared'], few)) as [View];
  expectSound(view);
  const { stream_loss, stream_duplicate, stream_leak } = view.run.metrics;
  const calls = intended(view).operations.length;
  expect(calls).toBeGreaterThan(9);
  const streams = { opened: calls, broken: calls, resumed: calls };
  expect(stream_loss).toMatchObject({ numerator: 0, streams });
  for (const none of [stream_duplicate, stream_leak]) expect(none).toMatchObject({ numerator: 0 });
});
