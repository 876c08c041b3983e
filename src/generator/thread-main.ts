// Entry of one thread of the generator: its share of the clients, from the first arrival to the last leave.
import { parentPort, workerData } from 'node:worker_threads';
import { connectorFor, runInterrupted } from '../client/index.ts';
import { messageOf, redactor, revealed, StopSource, systemClock } from '../core/index.ts';
import { dealtRow, foreignServerOf, runSecrets } from '../scenario/index.ts';
import { evidenceBook, runWorkload } from '../workload/index.ts';
import { countingProgress } from './counts.ts';
import { lineSink } from './line-sink.ts';
import type { Start, ThreadOrder, ThreadReport, ThreadTask } from './messages.ts';
import { watchUsage } from './usage.ts';

/** How often a person sees new counts. */
const countsMs = 200;

const task = workerData as ThreadTask;
const { spec, rows, thread, threads, epochUs } = task;
const clock = systemClock(epochUs);
const stop = new StopSource();
// Of the threads of a process, each has the environment of the harness.
const secrets = runSecrets(spec, process.env);
const redact = redactor(secrets);
const headers = revealed(foreignServerOf(spec.deployment)?.headers ?? {}, process.env, 'server.headers');
const sink = lineSink(
  (lines) => tell({ report: 'lines', lines }),
  Object.keys(secrets).length > 0 ? redact : undefined,
);
const progress = countingProgress();

parentPort?.on('message', (order: ThreadOrder) => {
  switch (order.order) {
    case 'begin':
      carryOut(order.start).then(
        () => tell({ report: 'done' }),
        (error) => tell({ report: 'failed', message: redact(messageOf(error)) }),
      );
      return;
    case 'recorded':
      sink.recorded();
      return;
    case 'stop':
      stop.abort(runInterrupted);
      return;
  }
});
// Before the workload begins: an SDK takes a while to load.
const connect = await connectorFor(spec.client, spec.deployment.protocol);
tell({ report: 'ready' });

async function carryOut({ entryUrl, entryAddress, beginUs }: Start): Promise<void> {
  const { workload } = spec.scenario;
  const timer = setInterval(() => tell({ report: 'counts', counts: progress.counts }), countsMs);
  const usage = watchUsage(thread, clock, sink);
  try {
    await using connector = connect(entryUrl, { headers, address: entryAddress });
    await runWorkload(
      spec,
      {
        clock,
        events: sink,
        evidence: evidenceBook(sink, clock),
        connector,
        policy: workload.policy,
        errorsAreCertain: foreignServerOf(spec.deployment) === undefined,
        deadlineMs: workload.deadlineMs,
        turnaroundMs: workload.turnaroundMs,
        beginUs,
        signal: stop,
        progress,
        constants: new Map(Object.entries(secrets).map(([name, value]) => [`env:${name}`, value])),
        rowOf: (client) => (rows === undefined ? {} : dealtRow(rows, client)),
        redact,
      },
      { thread, threads },
    );
  } finally {
    clearInterval(timer);
    usage.end();
    sink.close();
    tell({ report: 'counts', counts: progress.counts });
  }
}

function tell(report: ThreadReport): void {
  parentPort?.postMessage(report);
}
