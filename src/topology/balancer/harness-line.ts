import { createInterface } from 'node:readline';
import type { BalancerReport, NumberedOrder } from './messages.ts';

/** The balancer's end of its connection with the harness, whichever way that goes. */
export interface HarnessLine {
  onOrder(obey: (order: NumberedOrder) => void): void;
  /** The harness is gone, or has let go. */
  onEnd(act: () => void): void;
  /** A harness that is gone already is not told; then its end is on the way. */
  report(report: BalancerReport): void;
}

/** As a child of the harness over its IPC channel; in a container, which has none, as lines of JSON over stdin and stdout. */
export function harnessLine(): HarnessLine {
  return process.send === undefined ? overStdio() : overIpc();
}

function overIpc(): HarnessLine {
  return {
    onOrder: (obey) => process.on('message', (message) => obey(message as NumberedOrder)),
    onEnd: (act) => process.on('disconnect', act),
    report(report) {
      if (process.connected) process.send?.(report, undefined, undefined, () => {});
    },
  };
}

function overStdio(): HarnessLine {
  const lines = createInterface({ input: process.stdin });
  // Who reads it is gone; that stdin ends says so as well.
  process.stdout.on('error', () => {});
  return {
    onOrder: (obey) => lines.on('line', (line) => obey(JSON.parse(line) as NumberedOrder)),
    onEnd: (act) => lines.once('close', act),
    report: (report) => void process.stdout.write(`${JSON.stringify(report)}\n`),
  };
}
