import { type Collector, showTo } from '../../src/measure/collector.ts';
import type {
  ExchangeEvent,
  LedgerEntry,
  LedgerOperation,
  OperationEvent,
  RunEvent,
} from '../../src/record/index.ts';

/** Hand-written event logs: a few words for each event, the rest filled in. Times are in milliseconds. */

const us = (ms: number) => ms * 1000;

/** As a file gives them: in batches. */
export async function* stream<T>(records: readonly T[]): AsyncGenerator<T[]> {
  const half = Math.ceil(records.length / 2);
  yield records.slice(0, half);
  yield records.slice(half);
}

export const began = (clients: number): RunEvent[] => [
  { type: 'run-began', atUs: us(-100), scenario: 's', deployment: 'd', repeat: 0, startedAt: '' },
  { type: 'workload-began', atUs: 0, clients },
];

export const ended = (ms: number): RunEvent[] => [
  { type: 'workload-ended', atUs: us(ms) },
  { type: 'run-ended', atUs: us(ms), how: 'completed' },
];

export const opened = (client: string, ms: number, generation = 0): RunEvent => ({
  type: 'session-opened',
  atUs: us(ms),
  client,
  generation,
  sessionId: `${client}-session-${generation}`,
  requestId: `${client}-open-${generation}`,
  intendedUs: us(ms),
  startUs: us(ms),
});

export const lost = (client: string, ms: number, generation = 0): RunEvent => ({
  type: 'session-lost',
  atUs: us(ms),
  client,
  generation,
  sessionId: `${client}-session-${generation}`,
  requestId: `${client}-lost-${generation}`,
  opId: null,
  asked: 'tools/call echo',
  failure: { kind: 'unknown-session', status: 404, code: -32001 },
});

export const routed = (requestId: string, replica: string | null, ms: number): RunEvent => ({
  type: 'routed',
  atUs: us(ms),
  endUs: us(ms),
  requestId,
  method: 'POST',
  replica,
  status: replica === null ? 503 : 200,
});

export const started = (replica: string, boot: number, ms: number): RunEvent => ({
  type: 'replica-started',
  atUs: us(ms),
  replica,
  boot,
  pid: 1,
});

export const topologyEvent = (
  type: 'replica-ordered' | 'replica-listening',
  replica: string,
  boot: number,
  ms: number,
): RunEvent => ({ type, atUs: us(ms), replica, boot });

export const answered = (replica: string, boot: number, ms: number): RunEvent => ({
  type: 'replica-ready',
  atUs: us(ms),
  replica,
  boot,
  url: '',
});

export const signalled = (replica: string, boot: number, signal: string, ms: number): RunEvent => ({
  type: 'replica-signalled',
  atUs: us(ms),
  replica,
  boot,
  signal,
});

export const exited = (replica: string, boot: number, ms: number): RunEvent => ({
  type: 'replica-exited',
  atUs: us(ms),
  replica,
  boot,
  exitCode: null,
  signal: 'SIGKILL',
  expected: true,
  oomKilled: true,
});

export const upstreams = (replicas: string[], ms: number): RunEvent => ({
  type: 'upstreams-changed',
  atUs: us(ms),
  upstreams: replicas,
});

export const left = (client: string, ms: number, operations: number): RunEvent => ({
  type: 'client-ended',
  atUs: us(ms),
  client,
  operations,
});

/** An operation that was due at `at` and took `took` ms, ok unless said otherwise. */
export function operation(
  client: string,
  index: number,
  at: number,
  took: number,
  rest: Partial<OperationEvent> = {},
): OperationEvent {
  return {
    type: 'operation',
    opId: `${client}.${index}`,
    client,
    index,
    tool: 'echo',
    intendedUs: us(at),
    startUs: us(at),
    endUs: us(at + took),
    outcome: 'ok',
    firstOutcome: rest.outcome ?? 'ok',
    attempts: 1,
    serviceUs: us(took),
    requestId: `${client}-call-${index}`,
    ...rest,
  };
}

export const committed = (opId: string, replica = 'r1'): LedgerOperation => ({
  event: 'commit',
  atUs: 0,
  replica,
  boot: 1,
  opId,
  tool: 'echo',
});

/**
 * The ledger of one process, as it writes it: `begin c1.0`, `commit c1.0`, `end`; a millisecond apart, numbered.
 * A line that is left out (`-`) leaves its gap.
 */
export function book(lines: readonly string[], replica = 'r1', boot = 1): LedgerEntry[] {
  return lines.flatMap((line, i): LedgerEntry[] => {
    const [event = '', opId = ''] = line.split(' ');
    const mark = { atUs: us(i), replica, boot, seq: i + 1 };
    if (event === '-') return [];
    if (event === 'end') return [{ event, ...mark }];
    return [{ event: event as LedgerOperation['event'], ...mark, opId, tool: 'echo' }];
  });
}

/** What a collector makes of these events; `before` are those it relies on. */
export function collect<R>(
  collector: Collector<R>,
  events: readonly RunEvent[],
  ...before: Collector<unknown>[]
): R {
  events.forEach(showTo([...before, collector]));
  return collector.result();
}

/** An exchange that was recorded: 5 ms, and the answer that the server does not know the session. */
export const exchanged = (
  client: string,
  requestId: string,
  ms: number,
  rest: Partial<ExchangeEvent> = {},
): ExchangeEvent => ({
  type: 'exchange',
  atUs: us(ms),
  requestId,
  client,
  sentUs: us(ms - 5),
  request: {
    method: 'POST',
    path: '/mcp',
    headers: [['mcp-session-id', `${client}-session-0`]],
    body: '{"jsonrpc":"2.0","id":3,"method":"tools/call"}',
  },
  answer: {
    status: 404,
    headers: [['content-type', 'application/json']],
    body: '{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}',
  },
  failure: { kind: 'unknown-session', status: 404, code: -32001 },
  ...rest,
});
