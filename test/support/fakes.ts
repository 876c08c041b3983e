import type {
  Answer,
  Connection,
  Connector,
  SessionOpened,
  TaskCalls,
  TaskState,
  ToolCall,
  ToolResult,
} from '../../src/client/index.ts';
import type { Clock, StopSignal } from '../../src/core/index.ts';
import type { Generator } from '../../src/engine/index.ts';
import type { EventSink, Failure, RunEvent } from '../../src/record/index.ts';
import type { RunSpec, Scenario } from '../../src/scenario/index.ts';
import type { RunningReplica, Topology } from '../../src/topology/index.ts';
import { evidenceBook, type Progress, runWorkload } from '../../src/workload/index.ts';

export const silent: Progress = {
  clientArrived: () => {},
  operationEnded: () => {},
  sessionLost: () => {},
  taskCreated: () => {},
  taskLost: () => {},
};

export function memorySink(): EventSink<RunEvent> & { events: RunEvent[] } {
  const events: RunEvent[] = [];
  return { events, write: (event) => void events.push(event), flush: () => {}, close: () => {} };
}

export function eventsOf<T extends RunEvent['type']>(events: readonly RunEvent[], type: T) {
  return events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
}

const result: ToolResult = { content: [], structuredContent: {}, isError: false, meta: {} };
export const ok = (value: Partial<ToolResult> = {}): Answer<ToolResult> => ({
  outcome: 'ok',
  value: { ...result, ...value },
  requestId: 'r',
});
export const failed = (kind: Failure['kind'], outcome: 'fail' | 'info' = 'fail'): Answer<never> => ({
  outcome,
  failure: { kind },
  requestId: 'r',
});

export const taskState = (changes: Partial<TaskState> = {}): Answer<TaskState> => ({
  outcome: 'ok',
  value: { taskId: 't1', status: 'working', ttlMs: 60_000, pollIntervalMs: 100, ...changes },
  requestId: 'r',
});

/** What a test does not script must not be asked; `result` and `update` are of one revision each. */
const noTasks: TaskCalls = {
  create: () => unscripted('create'),
  get: () => unscripted('get'),
  result: undefined,
  cancel: () => unscripted('cancel'),
  update: undefined,
  listen: () => unscripted('listen'),
};

function unscripted(method: string): never {
  throw new Error(`the test says nothing of tasks.${method}`);
}

/** A connector whose servers answer as the test says, at once. */
export function fakeConnector(
  call: (call: ToolCall, n: number, signal: StopSignal) => Answer<ToolResult> | Promise<Answer<ToolResult>>,
  open: (n: number) => Answer<SessionOpened> = (n) => ({
    outcome: 'ok',
    value: { sessionId: `s${n}` },
    requestId: 'r',
  }),
  tasks: Partial<TaskCalls> = {},
  subscribe?: Connection['subscribe'],
): Connector & { calls: ToolCall[]; opens: number; closes: number; disposed: boolean } {
  const fake = {
    calls: [] as ToolCall[],
    opens: 0,
    closes: 0,
    disposed: false,
    connect: (): Connection => ({
      open: async () => {
        fake.opens += 1;
        return open(fake.opens);
      },
      call: async (one, signal) => {
        fake.calls.push(one);
        return call(one, fake.calls.length, signal);
      },
      tasks: { ...noTasks, ...tasks },
      ...(subscribe && { subscribe }),
      close: async () => {
        fake.closes += 1;
        return { status: 200 };
      },
    }),
    [Symbol.asyncDispose]: async () => {
      fake.disposed = true;
    },
  };
  return fake;
}

/** The load of a run, in this process and on this clock. */
export function localGenerator(
  of: RunSpec,
  { clock, events, connector }: { clock: Clock; events: EventSink<RunEvent>; connector: Connector },
): Generator {
  const { policy, deadlineMs, turnaroundMs } = of.scenario.workload;
  const evidence = evidenceBook(events, clock);
  return {
    run: ({ beginUs }, signal) =>
      runWorkload(of, {
        ...{ clock, events, evidence, connector, policy, deadlineMs, turnaroundMs, beginUs, signal },
        progress: silent,
        constants: new Map(),
        rowOf: () => ({}),
        redact: (text) => text,
        errorsAreCertain: typeof of.deployment.server === 'string',
      }),
    [Symbol.asyncDispose]: () => connector[Symbol.asyncDispose](),
  };
}

/** A topology that notes what is done to it. */
export function fakeTopology(
  count: number,
): Topology & { done: string[]; disposed: boolean; lost: number; break(error: Error): void } {
  const slots = Array.from({ length: count }, (_, i) => `r${i + 1}`);
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => {});
  const fake = {
    entryUrl: 'http://127.0.0.1:1/mcp',
    done: [] as string[],
    disposed: false,
    broken,
    lost: 0,
    break: (error: Error) => reject(error),
    replicas: () => slots.map((replica) => ({ replica }) as RunningReplica),
    restart: async (replica: string) => void fake.done.push(`restart ${replica}`),
    crash: async (replica: string, { replace }: { replace: boolean }) =>
      void fake.done.push(`crash ${replica} ${replace}`),
    freeze: async (replica: string, ms: number) => void fake.done.push(`freeze ${replica} ${ms}`),
    exhaustMemory: async (replica: string, { replace }: { replace: boolean }) =>
      void fake.done.push(`exhaust memory of ${replica} ${replace}`),
    disconnect: async (replica: string, ms: number) => void fake.done.push(`disconnect ${replica} ${ms}`),
    release: (image: string) => void fake.done.push(`release ${image}`),
    scaleTo: async (n: number, { drainMs }: { drainMs: number }) =>
      void fake.done.push(`scale to ${n} drain ${drainMs}`),
    [Symbol.asyncDispose]: async () => {
      fake.disposed = true;
    },
  };
  return fake;
}

/** A run of four clients over ten seconds that call `a` and then `b`. */
export function spec(
  changes: { scenario?: Partial<Scenario>; workload?: Partial<Scenario['workload']> } = {},
): RunSpec {
  return {
    scenario: {
      name: 'test',
      question: 'does it work?',
      expect: {},
      durationMs: 10_000,
      faults: [],
      ...changes.scenario,
      workload: {
        sessions: 4,
        arrivals: { overMs: 2000, process: 'poisson' },
        stayMs: null,
        ratePerSecond: 4,
        deadlineMs: 2000,
        turnaroundMs: 20,
        policy: { unknownSession: 'reinitialize', unknownOutcome: 'give-up', maxAttempts: 3 },
        journey: [
          { call: 'a', arguments: {} },
          { call: 'b', arguments: {} },
        ],
        ...changes.workload,
      },
    },
    deployment: {
      name: 'stateful-sticky',
      description: 'for tests',
      server: 'stateful-v2',
      state: 'memory',
      routing: 'session-affinity',
      replicas: 3,
      protocol: '2025-11-25',
    },
    repeat: 0,
    client: 'wire',
    seed: 7,
    folder: 'runs/stateful-sticky-0',
  };
}
