// Entry of one thread of the generator: its share of the clients, from the first arrival to the last leave.
import { parentPort, workerData } from 'node:worker_threads';
import { connectorFor, runInterrupted } from '../client/index.ts';
import { messageOf, redactor, revealed, StopSource, secretsOf, systemClock } from '../core/index.ts';
import { foreignServerOf } from '../scenario/index.ts';
import { evidenceBook, runWorkload } from '../workload/index.ts';
import { countingProgress } from './counts.ts';
import { lineSink } from './line-sink.ts';
import type { Start, ThreadOrder, ThreadReport, ThreadTask } from './messages.ts';
import { watchUsage } from './usage.ts';

/** How often a person sees new counts. */
const countsMs = 200;

const task = workerData as ThreadTask;
const { spec, thread, threads, epochUs } = task;
const clock = systemClock(epochUs);
const stop = new StopSource();
// Of the threads of a process, each has the environment of the harness.
const server = foreignServerOf(spec.deployment);
const headers = revealed(server?.headers ?? {}, process.env, 'server.headers');
const clean = redactor(secretsOf(server ?? {}, process.env, 'server'));
const sink = lineSink((lines) => tell({ report: 'lines', lines: clean(lines) }));
const progress = countingProgress();

parentPort?.on('message', (order: ThreadOrder) => {
  switch (order.order) {
    case 'begin':
      carryOut(order.start).then(
        () => tell({ report: 'done' }),
        (error) => tell({ report: 'failed', message: messageOf(error) }),
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
        deadlineMs: workload.deadlineMs,
        turnaroundMs: workload.turnaroundMs,
        beginUs,
        signal: stop,
        progress,
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
