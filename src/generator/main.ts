// Entry of the generator process. It starts the threads that make the calls, writes what they record, and passes
// orders and counts on. It ends when its IPC channel ends, which it does however the harness ends.
import { Worker } from 'node:worker_threads';
import { childEntry, messageOf } from '../core/index.ts';
import { appendLines, type LineAppender } from '../record/index.ts';
import { type DealtRows, dealRows, plannedRows } from '../scenario/index.ts';
import {
  type Counts,
  type GeneratorOrder,
  type GeneratorReport,
  type GeneratorTask,
  noCounts,
  type ThreadReport,
  type ThreadTask,
} from './messages.ts';

const workers: Worker[] = [];
const counts: Counts[] = [];
let log: LineAppender | undefined;
let ready = 0;
let done = 0;

process.on('message', (message) => {
  const order = message as GeneratorOrder;
  if (order.order === 'prepare') prepare(order.task);
  else if (order.order === 'end') process.exit(0);
  else for (const worker of workers) worker.postMessage(order);
});
process.on('disconnect', () => process.exit(0));

function prepare({ spec, threads, eventsPath, epochUs }: GeneratorTask): void {
  attempt(() => {
    log = appendLines(eventsPath);
  });
  let rows: DealtRows | undefined;
  attempt(() => {
    const { data } = spec.scenario;
    rows = data && dealRows(plannedRows(data), data.deal, spec.seed);
  });
  for (let thread = 0; thread < threads; thread++) {
    const task: ThreadTask = { spec, thread, threads, epochUs, ...(rows === undefined ? {} : { rows }) };
    const worker = new Worker(childEntry(import.meta.url, './thread-main'), {
      workerData: task,
      // Short-lived objects are most of what it makes; in a larger nursery they die before they are moved.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    worker.on('message', (message) => heed(worker, thread, message as ThreadReport));
    worker.on('error', (error) => fail(error));
    worker.on('exit', (code) => {
      if (code !== 0) fail(new Error(`a thread of the load generator ended with ${code}`));
    });
    workers.push(worker);
  }
}

function heed(worker: Worker, thread: number, report: ThreadReport): void {
  switch (report.report) {
    case 'ready':
      ready += 1;
      if (ready === workers.length) tell({ report: 'ready' });
      return;
    case 'lines':
      attempt(() => log?.append(report.lines));
      worker.postMessage({ order: 'recorded' });
      return;
    case 'counts':
      counts[thread] = report.counts;
      tell({ report: 'counts', counts: sum(counts) });
      return;
    case 'done':
      done += 1;
      if (done === workers.length) tell({ report: 'done' });
      return;
    case 'failed':
      fail(new Error(report.message));
      return;
  }
}

function attempt(action: () => void): void {
  try {
    action();
  } catch (error) {
    fail(error);
  }
}

/** The harness ends the run, and with it this process. */
function fail(error: unknown): void {
  tell({ report: 'failed', message: messageOf(error) });
}

function tell(report: GeneratorReport): void {
  if (process.connected) process.send?.(report, undefined, undefined, () => {});
}

function sum(all: readonly (Counts | undefined)[]): Counts {
  const total: Counts = { ...noCounts };
  for (const one of all) {
    total.arrived += one?.arrived ?? 0;
    total.ok += one?.ok ?? 0;
    total.notOk += one?.notOk ?? 0;
    total.lost += one?.lost ?? 0;
    total.tasks += one?.tasks ?? 0;
    total.tasksLost += one?.tasksLost ?? 0;
  }
  return total;
}
