import type { OperationEvent, Outcome, RunEvent, TaskStatus } from '../../record/index.ts';
import { taskStatuses } from '../../record/index.ts';
import type { Collector } from '../collector.ts';
import { dictionary, noteLists } from './note-lists.ts';

type SeenEvent = Extract<RunEvent, { type: 'task-seen' }>;
type CreatedEvent = Extract<RunEvent, { type: 'task-created' }>;

/** What an exchange came to, or a notification, which is `found`. */
export type Sighting =
  /** It told a state. */
  | 'found'
  /** The server does not know the task. */
  | 'unknown'
  /** The server does not know the session (2025-11-25). */
  | 'no-session'
  /** It was answered well, with no state. */
  | 'acknowledged'
  /** It broke, was refused, or was no answer. */
  | 'nothing';

export interface Sight {
  sentUs: number;
  atUs: number;
  how: SeenEvent['how'];
  status: TaskStatus | null;
  came: Sighting;
  /** The failure in a few words; empty without one. */
  why: string;
}

/** The operation that a task belongs to, when its fate is known. */
export interface OperationEnd {
  intendedUs: number;
  endUs: number;
  outcome: Outcome;
  failure: NonNullable<OperationEvent['failure']>['kind'] | undefined;
}

/** What one client saw of one task. */
export interface SeenTask {
  /** In the order in which tasks were first heard of, from 0. */
  place: number;
  opId: string;
  client: string;
  taskId: string;
  /** Null: it was never acknowledged, as far as the record says. */
  created: Pick<CreatedEvent, 'sentUs' | 'atUs' | 'ttlMs' | 'pollIntervalMs'> | null;
  /** In order of time. */
  sights: Sight[];
  /** Null: the record of its operation is missing. */
  operation: OperationEnd | null;
  /** It is the last of its operation; an earlier one has been given up for it. */
  isLast: boolean;
}

/** What clients saw of their tasks: of all tasks, in about 300 bytes for each and 20 for each sight. */
export interface TaskLog extends Collector<{ tasks: number }> {
  /** Every task whose place is wanted, by their places. */
  each(wanted?: { has(place: number): boolean }): Iterable<SeenTask>;
}

interface Kept extends Pick<SeenTask, 'taskId' | 'created'> {
  lastSight: number;
  operation: Operation;
  /** Its operation's task that was heard of before it. */
  before: Kept | undefined;
}

interface Operation {
  opId: string;
  client: string;
  end: OperationEnd | null;
  latest: Kept | undefined;
}

const hows = ['get', 'result', 'cancel', 'update', 'notification'] as const;
const sightings = ['found', 'unknown', 'no-session', 'acknowledged', 'nothing'] as const;
const whysMax = 1000;
/** No answer takes longer than fits into 32 bits. */
const tookUsMax = 2 ** 32 - 1;

export function taskLog(): TaskLog {
  const operations = new Map<string, Operation>();
  const all: Kept[] = [];
  const whys = dictionary(whysMax);
  const noWhy = whys.numberOf('');
  const lists = noteLists();

  const operationOf = ({ opId, client }: { opId: string; client: string }): Operation => {
    const known = operations.get(opId);
    if (known) return known;
    const operation: Operation = { opId, client, end: null, latest: undefined };
    operations.set(opId, operation);
    return operation;
  };
  const taskOf = (event: CreatedEvent | SeenEvent): Kept => {
    const operation = operationOf(event);
    for (let kept = operation.latest; kept; kept = kept.before) {
      if (kept.taskId === event.taskId) return kept;
    }
    const { taskId } = event;
    const kept: Kept = { taskId, created: null, lastSight: -1, operation, before: operation.latest };
    operation.latest = kept;
    all.push(kept);
    return kept;
  };

  return {
    types: ['task-created', 'task-seen', 'operation'],
    see(event) {
      if (event.type === 'task-seen') {
        const kept = taskOf(event);
        const { atUs, sentUs, how, status, failure } = event;
        const came = sightingOf(event);
        const why = failure ? whys.numberOf(wordsFor(failure), failure.kind) : noWhy;
        const a = hows.indexOf(how) + 8 * sightings.indexOf(came) + 64 * (statusCode(status) + 8 * why);
        const tookUs = Math.min(tookUsMax, Math.max(0, Math.round(atUs - sentUs)));
        kept.lastSight = lists.add(kept.lastSight, { atUs, a, b: tookUs });
      } else if (event.type === 'task-created') {
        const { sentUs, atUs, ttlMs, pollIntervalMs } = event;
        taskOf(event).created ??= { sentUs, atUs, ttlMs, pollIntervalMs };
      } else if (event.type === 'operation') {
        if (event.taskId === undefined && !operations.has(event.opId)) return;
        const { intendedUs, endUs, outcome, failure } = event;
        operationOf(event).end = { intendedUs, endUs, outcome, failure: failure?.kind };
      }
    },
    result: () => ({ tasks: all.length }),
    *each(wanted) {
      for (const [place, kept] of all.entries()) if (wanted?.has(place) ?? true) yield seen(kept, place);
    },
  };

  function seen(kept: Kept, place: number): SeenTask {
    const { taskId, created, lastSight, operation } = kept;
    const { opId, client, end, latest } = operation;
    const sights = lists.list(lastSight).map(({ atUs, a, b }): Sight => {
      const rest = Math.floor(a / 64);
      return {
        atUs,
        sentUs: atUs - b,
        how: hows[a % 8] ?? 'get',
        came: sightings[Math.floor(a / 8) % 8] ?? 'nothing',
        status: taskStatuses[(rest % 8) - 1] ?? null,
        why: whys.textOf(Math.floor(rest / 8)),
      };
    });
    return { place, opId, client, taskId, created, sights, operation: end, isLast: latest === kept };
  }
}

function sightingOf({ status, failure }: SeenEvent): Sighting {
  if (status !== null) return 'found';
  if (failure === undefined) return 'acknowledged';
  if (failure.kind === 'unknown-task') return 'unknown';
  return failure.kind === 'unknown-session' ? 'no-session' : 'nothing';
}

function wordsFor({ kind, status, code }: NonNullable<SeenEvent['failure']>): string {
  const details = [status, code].filter((number) => number !== undefined);
  return details.length === 0 ? kind : `${kind} (${details.join(', ')})`;
}

/** 0 stands for none. */
const statusCode = (status: TaskStatus | null) => (status === null ? 0 : taskStatuses.indexOf(status) + 1);

export const isFinal = (status: TaskStatus | null) =>
  status === 'completed' || status === 'failed' || status === 'cancelled';
