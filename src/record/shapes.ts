import type { RecordedMessage } from './client-events.ts';
import type { RunEvent } from './events.ts';
import type { Failure } from './failure.ts';
import {
  type LedgerEmitted,
  type LedgerEntry,
  type LedgerOperation,
  type LedgerTask,
  taskDeeds,
} from './ledger.ts';
import { streamEnds } from './stream-events.ts';
import { taskStatuses } from './task-events.ts';

/**
 * Whether a line that was read is what its type says: files may be damaged, and a measure that is fed with a text
 * for a number would not fail, but lie. The tables are complete by their types; only what they name is looked at.
 */

type Check = (value: unknown) => boolean;
type Shape<T> = { [Field in keyof T as Field extends 'type' ? never : Field]-?: Check };

/** As far as a double counts microseconds exactly. */
const number: Check = (value) => typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const numberOrNull: Check = (value) => value === null || number(value);
const textOrNull: Check = (value) => value === null || text(value);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const object = <T>(shape: Shape<T>): Check => {
  const fields = Object.entries(shape) as [string, Check][];
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    for (const [field, check] of fields) {
      if (!check((value as Record<string, unknown>)[field])) return false;
    }
    return true;
  };
};

const outcome = oneOf('ok', 'fail', 'info');
const failure = object<Failure>({
  kind: text,
  status: maybe(number),
  code: maybe(number),
  message: maybe(text),
  misdelivered: maybe(flag),
});
const message: Shape<RecordedMessage> = {
  headers: (value) => Array.isArray(value) && value.every((pair) => texts(pair) && pair.length === 2),
  body: text,
  bodyBytes: maybe(number),
};

const streamFields = { atUs: number, client: text, opId: text, stream: text };
const isRange: Check = (value) => Array.isArray(value) && value.length === 2 && value.every(number);

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

const eventShapes: { [Type in RunEvent['type']]: Shape<EventOf<Type>> } = {
  'run-began': { atUs: number, scenario: text, deployment: text, repeat: number, startedAt: text },
  'workload-began': { atUs: number, clients: number },
  'workload-ended': { atUs: number },
  'run-ended': { atUs: number, how: oneOf('completed', 'interrupted', 'failed'), reason: maybe(text) },
  'generator-usage': {
    atUs: number,
    thread: number,
    overUs: number,
    cpuUs: number,
    delayMaxUs: number,
    busy: number,
    rssBytes: number,
  },
  'session-opened': {
    atUs: number,
    client: text,
    generation: number,
    sessionId: textOrNull,
    requestId: textOrNull,
    intendedUs: number,
    startUs: number,
    requests: maybe(number),
    bytes: maybe(number),
  },
  'session-open-failed': { atUs: number, client: text, generation: number, requestId: textOrNull, failure },
  'session-lost': {
    atUs: number,
    client: text,
    generation: number,
    sessionId: text,
    requestId: text,
    opId: textOrNull,
    asked: text,
    failure,
  },
  'session-closed': {
    atUs: number,
    client: text,
    generation: number,
    how: oneOf('deleted', 'left'),
    status: maybe(number),
  },
  operation: {
    opId: text,
    client: text,
    index: number,
    tool: text,
    intendedUs: number,
    startUs: numberOrNull,
    endUs: number,
    outcome,
    failure: maybe(failure),
    firstOutcome: outcome,
    attempts: number,
    serviceUs: numberOrNull,
    requestId: textOrNull,
    taskId: maybe(text),
    writes: maybe(text),
    reads: maybe(texts),
    unsentBecause: maybe(text),
    stateMissing: maybe(flag),
    protocolBytes: maybe(number),
  },
  exchange: {
    atUs: number,
    requestId: text,
    client: text,
    sentUs: number,
    request: object<EventOf<'exchange'>['request']>({ ...message, method: text, path: text }),
    answer: (value) => value === null || answer(value),
    failure: maybe(failure),
  },
  'task-created': {
    atUs: number,
    client: text,
    opId: text,
    taskId: text,
    requestId: text,
    sentUs: number,
    ttlMs: numberOrNull,
    pollIntervalMs: numberOrNull,
  },
  'task-seen': {
    atUs: number,
    client: text,
    opId: text,
    taskId: text,
    how: oneOf('get', 'result', 'cancel', 'update', 'notification'),
    requestId: textOrNull,
    sentUs: number,
    status: oneOf(null, ...taskStatuses),
    failure: maybe(failure),
  },
  'stream-broken': {
    ...streamFields,
    requestId: text,
    dropped: flag,
    lastEventId: textOrNull,
    next: oneOf('resume', 'again', 'give-up'),
    failure,
  },
  'stream-resumed': {
    ...streamFields,
    requestId: text,
    status: numberOrNull,
    failure: maybe(failure),
  },
  'stream-ended': {
    ...streamFields,
    requestId: text,
    sentUs: number,
    how: oneOf(...streamEnds),
    events: number,
    received: (value) => Array.isArray(value) && value.every(isRange),
    foreign: (value) => Array.isArray(value) && value.every(object({ stream: text, events: number })),
    resumptions: number,
    keyed: flag,
  },
  'client-ended': { atUs: number, client: text, operations: number },
  'replica-ordered': { atUs: number, replica: text, boot: number },
  'replica-started': { atUs: number, replica: text, boot: number, pid: number, image: maybe(text) },
  'replica-listening': { atUs: number, replica: text, boot: number },
  'replica-ready': { atUs: number, replica: text, boot: number, url: text },
  'replica-signalled': { atUs: number, replica: text, boot: number, signal: text },
  'replica-exited': {
    atUs: number,
    replica: text,
    boot: number,
    exitCode: numberOrNull,
    signal: textOrNull,
    expected: flag,
    oomKilled: maybe(flag),
  },
  'ledger-read': {
    atUs: number,
    replica: text,
    boot: number,
    entries: number,
    unreadable: number,
    torn: (value) => typeof value === 'boolean',
    failure: maybe(text),
  },
  'replica-usage': { atUs: number, replica: text, boot: number, cpuUs: number, rssBytes: number },
  'upstreams-changed': { atUs: number, upstreams: texts },
  routed: {
    atUs: number,
    endUs: number,
    requestId: textOrNull,
    method: text,
    replica: textOrNull,
    refusedBy: maybe(texts),
    status: numberOrNull,
    error: maybe(text),
  },
  'fault-began': { atUs: number, fault: number, name: text, targets: texts },
  'fault-ended': { atUs: number, fault: number, name: text, error: maybe(text) },
};
const answer = object<NonNullable<EventOf<'exchange'>['answer']>>({ ...message, status: number });

const events = new Map<unknown, Check>(
  Object.entries(eventShapes).map(([type, shape]) => [type, object(shape as Shape<object>)]),
);

/** A type that this version does not know passes: a newer one may have written it, and nobody reads it. */
export function isRunEvent(record: object): record is RunEvent {
  const { type } = record as { type?: unknown };
  return typeof type === 'string' && (events.get(type)?.(record) ?? true);
}

const mark = { atUs: number, replica: text, boot: number, seq: maybe(number) };
const ledgerEnd = object<Extract<LedgerEntry, { event: 'end' }>>({ event: oneOf('end'), ...mark });
const ledgerOperation = object<LedgerOperation>({
  event: oneOf('begin', 'commit', 'abort'),
  ...mark,
  opId: text,
  tool: text,
  subject: maybe(text),
  value: maybe(text),
});

const ledgerTask = object<LedgerTask>({
  event: oneOf('task'),
  ...mark,
  what: oneOf(...taskDeeds),
  taskId: text,
  opId: text,
  step: maybe(number),
  ms: maybe(number),
});

const ledgerEmitted = object<LedgerEmitted>({
  event: oneOf('emitted'),
  ...mark,
  opId: text,
  stream: text,
  number,
});

export function isLedgerEntry(record: object): record is LedgerEntry {
  return ledgerOperation(record) || ledgerEmitted(record) || ledgerTask(record) || ledgerEnd(record);
}
