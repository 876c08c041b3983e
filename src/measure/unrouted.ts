import type { Collector } from './collector.ts';

/** Of one request: a client had an answer that was ok; the balancer logged it. */
const answered = 1;
const routed = 2;

/**
 * Acknowledged operations whose last request is not in the balancer's log, and other requests that told a task's state and
 * are not, although the balancer keeps one (it says which replicas it uses). It logs a request when its answer has ended,
 * and the run ends after that, so each must be there; requests of unknown fate are not asked for. A gap would make losses
 * look unattributed, and load thin.
 *
 * Request ids are `<client>-<number>`, so that a byte for each request is enough; others are passed over.
 */
export function unrouted(): Collector<number> {
  const byClient = new Map<string, Uint8Array>();
  let hasLog = false;

  const mark = (requestId: string, what: number) => {
    const dash = requestId.lastIndexOf('-');
    const client = requestId.slice(0, dash);
    const number = Number(requestId.slice(dash + 1));
    if (dash < 1 || !Number.isSafeInteger(number) || number < 0 || number > 100_000_000) return;
    let marks = byClient.get(client);
    if (marks === undefined || marks.length <= number) {
      const grown = new Uint8Array(Math.max(16, 2 ** Math.ceil(Math.log2(number + 1))));
      if (marks) grown.set(marks);
      byClient.set(client, grown);
      marks = grown;
    }
    marks[number] = (marks[number] ?? 0) | what;
  };

  return {
    types: ['operation', 'task-seen', 'routed', 'upstreams-changed'],
    see(event) {
      if (event.type === 'upstreams-changed') hasLog = true;
      else if (event.type === 'routed') {
        if (event.requestId !== null) mark(event.requestId, routed);
      } else if (event.type === 'operation') {
        if (event.outcome === 'ok' && event.requestId !== null) mark(event.requestId, answered);
      } else if (event.type === 'task-seen') {
        if (event.status !== null && event.requestId !== null) mark(event.requestId, answered);
      }
    },
    result() {
      let missing = 0;
      if (!hasLog) return missing;
      for (const marks of byClient.values()) for (const mark of marks) if (mark === answered) missing += 1;
      return missing;
    },
  };
}
