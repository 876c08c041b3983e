import { listeningEnds } from './change-events.ts';
import {
  type Check,
  flag,
  maybe,
  number,
  numberOrNull,
  object,
  oneOf,
  type Shape,
  text,
  textOrNull,
  texts,
} from './checks.ts';
import type { RecordedMessage } from './client-events.ts';
import type { RunEvent } from './events.ts';
import type { Failure } from './failure.ts';
import { askingWays } from './input-events.ts';
import { streamEnds } from './stream-events.ts';
import { taskStatuses } from './task-events.ts';

/**
 * Whether a line that was read is what its type says: files may be damaged, and a measure that is fed with a text
 * for a number would not fail, but lie. The tables are complete by their types; only what they name is looked at.
 */

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
  asked: {
    atUs: number,
    client: text,
    opId: text,
    round: number,
    requestId: textOrNull,
    how: oneOf(...askingWays),
  },
  answered: {
    atUs: number,
    client: text,
    opId: text,
    round: number,
    requestId: text,
    sentUs: number,
    action: oneOf('accept', 'decline', 'cancel'),
    tampered: flag,
    status: numberOrNull,
    failure: maybe(failure),
  },
  'listening-began': {
    atUs: number,
    client: text,
    listening: number,
    requestId: text,
    topics: texts,
  },
  'listening-ended': {
    atUs: number,
    client: text,
    listening: number,
    requestId: text,
    how: oneOf(...listeningEnds),
    listChanges: number,
    failure: maybe(failure),
  },
  'change-seen': { atUs: number, client: text, listening: number, topic: text, value: textOrNull },
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
