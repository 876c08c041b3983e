import { durationMs, type RunSpec } from '../../scenario/index.ts';
import type { Collector } from '../collector.ts';

/** What a freeze did to the operations that were under way or intended while it lasted. */
export interface Waits {
  /** All operations of the run, and those of them that ended ok. */
  operations: number;
  ok: number;
  /** How long the replica stood still, in milliseconds. */
  frozenMs: number;
  /**
   * For each client, how long its operations have to wait if they meet the freeze, in milliseconds and in the order
   * of their intent: those under way when it began, and those intended while it lasts. The last tenth of the time is
   * left out: who waits so little cannot be told from who waited for nothing.
   */
  clients: number[][];
  /** Those that were over only after it. */
  waited: number;
}

/** How much of the freeze is looked at. */
const lookedAtShare = 0.9;

/** Seen only where the plan holds one fault, and that is a freeze. */
export function waits({ scenario }: Pick<RunSpec, 'scenario'>): Collector<Waits | null> {
  const [fault] = scenario.faults;
  if (scenario.faults.length !== 1 || fault?.fault !== 'freeze') {
    return { types: [], see: () => {}, result: () => null };
  }
  const during: { client: string; intendedUs: number; endUs: number }[] = [];
  const counts = { operations: 0, ok: 0 };
  let dueUs = 0;
  let frozenUs: number | undefined;
  let thawedUs: number | undefined;
  const forUs = durationMs(fault.for) * 1000;
  return {
    types: ['workload-began', 'replica-signalled', 'operation'],
    see(event) {
      if (event.type === 'workload-began') dueUs = event.atUs + fault.atMs * 1000;
      else if (event.type === 'replica-signalled') {
        if (event.signal === 'SIGSTOP') frozenUs = event.atUs;
        if (event.signal === 'SIGCONT') thawedUs = event.atUs;
      } else if (event.type === 'operation') {
        counts.operations += 1;
        if (event.outcome === 'ok') counts.ok += 1;
        // It begins when it is due, or a little later; the moment itself may stand further down.
        const isNear = event.endUs >= dueUs && event.intendedUs < dueUs + 2 * forUs;
        if (isNear) during.push({ client: event.client, intendedUs: event.intendedUs, endUs: event.endUs });
      }
    },
    result() {
      if (frozenUs === undefined || thawedUs === undefined) return null;
      const fromUs = frozenUs;
      const overUs = thawedUs;
      const lookedUntilUs = fromUs + (overUs - fromUs) * lookedAtShare;
      const seen = during.filter((one) => one.endUs >= fromUs && one.intendedUs < lookedUntilUs);
      const byClient = new Map<string, number[]>();
      for (const { client, intendedUs } of seen.sort((a, b) => a.intendedUs - b.intendedUs)) {
        const waitMs = (overUs - intendedUs) / 1000;
        const waitsMs = byClient.get(client);
        if (waitsMs === undefined) byClient.set(client, [waitMs]);
        else waitsMs.push(waitMs);
      }
      return {
        ...counts,
        frozenMs: (overUs - fromUs) / 1000,
        clients: [...byClient.values()],
        waited: seen.filter((one) => one.endUs >= overUs).length,
      };
    },
  };
}
