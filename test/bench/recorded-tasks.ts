import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { seededPrng } from '../../src/core/index.ts';
import { type LedgerTask, ndjsonWriter, type OperationEvent } from '../../src/record/index.ts';
import type { RunSpec } from '../../src/scenario/index.ts';
import { beginUs, crashed, type Out, replicas, writeBegin, writeCrash } from './recorded-frame.ts';

/**
 * What a run of tasks in a shared store would have left on disk, written without running it: each client has its tasks one
 * after the other, of five steps and polled each 100 ms. One replica crashes midway; a third of the tasks that are under
 * way then are taken over, and repeat a step. About 1 % are unknown to one poll. The same spec gives the same record.
 */
export function recordTasks(folder: string, spec: RunSpec, tasks: number): void {
  const path = join(folder, spec.folder);
  mkdirSync(path, { recursive: true });
  const open = <T>(name: string) => ndjsonWriter<T>(join(path, name), { flushMs: 60_000 });
  const out: Out = {
    clients: open('events.ndjson'),
    topology: open('events.ndjson'),
    ledger: open('ledger.ndjson'),
  };
  const { durationMs, workload } = spec.scenario;
  const clients = workload.sessions;
  const prng = seededPrng(spec.seed);
  const endUs = beginUs + durationMs * 1000;
  const crashUs = beginUs + durationMs * 400;
  writeBegin(spec, out);
  for (let i = 0; i < clients; i++) {
    const opened = { client: `c${i + 1}`, generation: 0, sessionId: null, requestId: null };
    out.clients.write({
      type: 'session-opened',
      atUs: beginUs,
      intendedUs: beginUs,
      startUs: beginUs,
      ...opened,
    });
  }
  let hasCrashed = false;
  for (let i = 0; i < tasks; i++) {
    const atUs = beginUs + ((durationMs * 1000 - taskUs * 2) * i) / tasks;
    if (atUs >= crashUs && !hasCrashed) writeCrash(crashUs, out);
    hasCrashed ||= atUs >= crashUs;
    const isUnderWay = atUs < crashUs && atUs + taskUs >= crashUs;
    recordTask(out, {
      client: `c${(i % clients) + 1}`,
      index: Math.floor(i / clients),
      owner: i % replicas.length,
      taken: isUnderWay && i % replicas.length === crashed,
      unknown: prng.next() < 0.01,
      atUs,
    });
  }
  for (let i = 0; i < clients; i++) {
    const operations = Math.floor(tasks / clients) + (i < tasks % clients ? 1 : 0);
    out.clients.write({ type: 'client-ended', atUs: endUs, client: `c${i + 1}`, operations });
  }
  out.clients.write({ type: 'workload-ended', atUs: endUs });
  out.clients.write({ type: 'run-ended', atUs: endUs + 100_000, how: 'completed' });
  for (const sink of Object.values(out)) sink.close();
}

const steps = 5;
const stepUs = 100_000;
const pollUs = 105_000;
const taskUs = steps * stepUs;

interface Task {
  client: string;
  index: number;
  owner: number;
  /** Its owner dies, and the next replica carries it on. */
  taken: boolean;
  /** One poll does not find it. */
  unknown: boolean;
  atUs: number;
}

function recordTask(out: Out, { client, index, owner, taken, unknown, atUs }: Task): void {
  const opId = `${client}.${index}`;
  const taskId = `b7e3c1d0-${String(index).padStart(4, '0')}-4a52-9f61-${client.padStart(12, '0')}`;
  const place = (i: number) => ({ replica: replicas[(owner + i) % replicas.length] as string, boot: 1 });
  let now = place(0);
  let ms = atUs + 1000;
  const task = (what: LedgerTask['what'], step?: number) =>
    out.ledger.write({
      ...{ event: 'task', what, taskId, opId, atUs: ms, ...now },
      ...(step === undefined ? {} : { step, ms: stepUs / 1000 }),
    });
  const effect = (event: 'begin' | 'commit') =>
    out.ledger.write({ event, opId, tool: 'report', atUs: ms, ...now });
  task('created');
  effect('begin');
  for (let step = 1; step <= steps; step++) {
    ms += stepUs;
    task('step', step);
    if (!taken || step !== 2) continue;
    now = place(1);
    ms += 600_000;
    task('taken-over');
    effect('begin');
    task('step', step);
  }
  effect('commit');
  task('completed');

  let requests = 0;
  const exchange = (sentUs: number) => {
    const requestId = `${client}-${index * 40 + requests++}`;
    const { replica } = place(requests);
    const route = { method: 'POST', replica, status: 200 };
    out.topology.write({ type: 'routed', atUs: sentUs + 500, endUs: sentUs + 4000, requestId, ...route });
    return requestId;
  };
  const created = { opId, taskId, client, ttlMs: 60_000, pollIntervalMs: 100 };
  let requestId = exchange(atUs);
  out.clients.write({ type: 'task-created', atUs: atUs + 5000, requestId, sentUs: atUs, ...created });
  let seenUs = atUs + 5000;
  for (let poll = 1; seenUs <= ms; poll++) {
    const sentUs = seenUs + 100_000;
    seenUs += pollUs;
    requestId = exchange(sentUs);
    const seen = { opId, taskId, client, how: 'get', requestId, sentUs, atUs: seenUs } as const;
    if (unknown && poll === 2 && seenUs <= ms) {
      const failure = { kind: 'unknown-task', status: 200, code: -32602 } as const;
      out.clients.write({ type: 'task-seen', ...seen, status: null, failure });
    } else {
      out.clients.write({ type: 'task-seen', ...seen, status: seenUs > ms ? 'completed' : 'working' });
    }
  }
  const record: OperationEvent = {
    ...{ type: 'operation', opId, client, index, tool: 'report', taskId, requestId },
    ...{ intendedUs: atUs, startUs: atUs, endUs: seenUs, serviceUs: seenUs - atUs, attempts: 1 },
    ...{ outcome: 'ok', firstOutcome: 'ok' },
  };
  out.clients.write(record);
}
