import { randomUUID } from 'node:crypto';
import { wallClockIso } from '../../../src/core/index.ts';
import { type Tool, type ToolArguments, type ToolOutcome, toResult } from '../tools/index.ts';
import { monotonicMs } from './memory.ts';
import {
  type CreateOptions,
  type InputRequest,
  isFinal,
  type TaskError,
  type TaskPolicy,
  type TaskRecord,
} from './types.ts';

/** How one record of a task follows from another. Pure but for the time. */

/** What a retention that is too short, or ignored, comes to. */
const shortMs = 500;
const ttlMsMax = 86_400_000;

export function newTask(
  tool: Tool,
  args: ToolArguments,
  { opId, session, ttlMs, inputResponses }: CreateOptions,
  policy: TaskPolicy,
  owner: string | null,
): TaskRecord {
  const keptMs = policy.retention === 'short' ? shortMs : promised(ttlMs, policy);
  const now = wallClockIso();
  return {
    taskId: randomUUID(),
    opId: opId ?? null,
    tool: tool.name,
    args,
    session: session ?? null,
    status: 'working',
    createdAt: now,
    lastUpdatedAt: now,
    ttlMs: keptMs,
    pollIntervalMs: policy.pollIntervalMs,
    keptUntilMs: monotonicMs() + keptMs,
    inputRequests: {},
    inputResponses: inputResponses ?? {},
    cancelRequested: false,
    steps: 0,
    owner,
    version: 1,
  };
}

/** What is asked for counts if it is a length of time. */
function promised(askedMs: number | undefined, policy: TaskPolicy): number {
  if (askedMs === undefined || !Number.isInteger(askedMs) || askedMs < 1) return policy.ttlMs;
  return Math.min(askedMs, ttlMsMax);
}

/** A change that only the owner may make, and only before the end. */
export function ifOwned(owner: string, change: Partial<TaskRecord>) {
  return (task: TaskRecord): TaskRecord | 'lost' | 'ended' => {
    if (task.owner !== owner) return 'lost';
    return isFinal(task) ? 'ended' : changed(task, change);
  };
}

/** The owner waits for an answer, maybe beside others. */
export function waitingFor(owner: string, key: string, question: InputRequest) {
  return (task: TaskRecord): TaskRecord | 'lost' | 'ended' => {
    const inputRequests = { ...task.inputRequests, [key]: question };
    return ifOwned(owner, { status: 'input_required', inputRequests })(task);
  };
}

/** A task that its owner lets go of before its end: it is as if its lease were over. */
export function letGo(owner: string) {
  return (task: TaskRecord): TaskRecord | 'lost' =>
    task.owner === owner ? { ...task, owner: null } : 'lost';
}

/** The end by its owner, with a result. Of a task that is to be cancelled only what stands in spite of that. */
export function completed(owner: string, outcome: ToolOutcome, policy: TaskPolicy) {
  const evenIfCancelled = outcome.kind === 'done' && outcome.evenIfCancelled === true;
  return (task: TaskRecord): TaskRecord | 'lost' | 'cancelled' => {
    if (task.owner !== owner) return 'lost';
    if (task.cancelRequested && !evenIfCancelled) return 'cancelled';
    // It was cancelled at once, and stays so; its effect stands all the same.
    if (isFinal(task)) return { ...task, owner: null };
    return ended(task, { status: 'completed', result: toResult(outcome) }, policy);
  };
}

export function failed(owner: string, error: TaskError, policy: TaskPolicy) {
  return (task: TaskRecord): TaskRecord | 'lost' => {
    if (task.owner !== owner) return 'lost';
    if (isFinal(task)) return { ...task, owner: null };
    return ended(task, { status: 'failed', error, statusMessage: error.message }, policy);
  };
}

/** The end by its owner, which has stopped. */
export function stopped(owner: string, policy: TaskPolicy) {
  return (task: TaskRecord): TaskRecord | 'lost' => {
    if (task.owner !== owner) return 'lost';
    return isFinal(task) ? { ...task, owner: null } : ended(task, { status: 'cancelled' }, policy);
  };
}

/** By whomever: it is to end. At once, it is at its end, and its owner learns of that. */
export function toCancel(atOnce: boolean, policy: TaskPolicy) {
  return (task: TaskRecord): TaskRecord | 'ended' => {
    if (isFinal(task)) return 'ended';
    const asked = { ...task, cancelRequested: true };
    return atOnce ? { ...ended(asked, { status: 'cancelled' }, policy), owner: task.owner } : asked;
  };
}

/** By whomever: answers to what is asked now; when all are there, the work goes on. */
export function withResponses(responses: Readonly<Record<string, unknown>>) {
  return (task: TaskRecord): TaskRecord | 'nothing' => {
    const keys = Object.keys(task.inputRequests).filter((key) => Object.hasOwn(responses, key));
    if (keys.length === 0) return 'nothing';
    const answered = Object.fromEntries(keys.map((key) => [key, responses[key]]));
    const left = Object.entries(task.inputRequests).filter(([key]) => !keys.includes(key));
    return changed(task, {
      inputResponses: { ...task.inputResponses, ...answered },
      inputRequests: Object.fromEntries(left),
      ...(left.length === 0 && !isFinal(task) && { status: 'working' as const }),
    });
  };
}

function ended(task: TaskRecord, change: Partial<TaskRecord>, { retention }: TaskPolicy): TaskRecord {
  const soonMs = retention === 'ignored' ? monotonicMs() + shortMs : Number.POSITIVE_INFINITY;
  return changed(task, {
    ...change,
    owner: null,
    inputRequests: {},
    keptUntilMs: Math.min(task.keptUntilMs, soonMs),
  });
}

function changed(task: TaskRecord, change: Partial<TaskRecord>): TaskRecord {
  return { ...task, ...change, lastUpdatedAt: wallClockIso() };
}
