import type { ProtocolRevision, RunEvent } from '../record/index.ts';
import type { Collector } from './collector.ts';
import type { NotApplicable, ReplicaCpu, ReplicaRss } from './metrics.ts';
import { notStartedHere } from './not-applicable.ts';
import { medianOf, medianSlope } from './robust.ts';
import { thinned } from './thinned.ts';

type UsageEvent = Extract<RunEvent, { type: 'replica-usage' }>;

/** One process of a replica, as the operating system counts it. */
interface Boot {
  /** CPU time when the workload began; 0 for one that was started later. */
  cpuBeforeUs: number;
  cpuUs: number;
  rssBytes: number;
  /** Its last sample before the workload began. */
  rssBeforeBytes: number | null;
  rss: ReturnType<typeof thinned<{ atUs: number; rssBytes: number }>>;
}

/** Fewer samples than this, after the first quarter of them, give no slope. */
const leastSamples = 6;
/** With fewer sessions at once, what the process itself does outweighs what they hold. */
const leastSessions = 10;
const bytesPerMb = 1e6;

/**
 * `replica_cpu`: CPU time (user and system, all threads) that the replicas' processes used while the workload ran,
 * in milliseconds per operation that ended ok. A process that a fault started counts with its start.
 *
 * `replica_rss`, resident memory in MB (10⁶ bytes):
 * - `peak`: the highest sample of any one process.
 * - `growth`: MB per 1000 operations that ended ok: for each process the median of the slopes between all pairs of
 *   its samples (Theil 1950, Sen 1968: the saw-tooth of a garbage collector does not move it), without the first
 *   quarter of them, in which a process warms up; their sum over the processes that were there from begin to end,
 *   times the time it takes to do 1000 operations.
 * - `perSession`: MB for each session held: what all processes hold when most sessions are open (the median of the
 *   samples with at least 95 % of the most), less what they held before the first, divided by the sessions. A
 *   difference and no regression, since both grow with time; it contains what the process grew for other reasons, so it
 *   is an upper bound. Only of processes that were there all the time.
 *
 * All from samples of the operating system, about four a second; what a process did after its last one is missing.
 */
export function replicaUsage(
  protocol: ProtocolRevision,
  isExternal = false,
): Collector<{ cpu: ReplicaCpu | NotApplicable; rss: ReplicaRss | NotApplicable }> {
  const boots = new Map<string, Boot>();
  const exited = new Set<string>();
  const held = new Set<string>();
  const holding = thinned<{ sessions: number; rssBytes: number }>();
  let beganUs: number | null = null;
  let endedUs: number | null = null;
  let ok = 0;
  let peakBytes: number | null = null;

  const sample = (event: UsageEvent) => {
    if (endedUs !== null && event.atUs > endedUs) return;
    const boot = boots.get(keyOf(event)) ?? newBoot();
    boots.set(keyOf(event), boot);
    boot.cpuUs = event.cpuUs;
    boot.rssBytes = event.rssBytes;
    if (beganUs === null || event.atUs < beganUs) {
      boot.cpuBeforeUs = event.cpuUs;
      boot.rssBeforeBytes = event.rssBytes;
      return;
    }
    peakBytes = Math.max(peakBytes ?? 0, event.rssBytes);
    boot.rss.add({ atUs: event.atUs, rssBytes: event.rssBytes });
    holding.add({ sessions: held.size, rssBytes: throughout().reduce((sum, one) => sum + one.rssBytes, 0) });
  };

  /** The processes that were there when the workload began, and still are. */
  const throughout = (): Boot[] =>
    [...boots].flatMap(([key, boot]) => (boot.rssBeforeBytes !== null && !exited.has(key) ? [boot] : []));

  return {
    types: [
      'workload-began',
      'workload-ended',
      'replica-usage',
      'replica-exited',
      'session-opened',
      'session-lost',
      'session-closed',
      'operation',
    ],
    see(event) {
      if (event.type === 'replica-usage') sample(event);
      else if (event.type === 'operation') ok += event.outcome === 'ok' ? 1 : 0;
      else if (event.type === 'workload-began') beganUs = event.atUs;
      else if (event.type === 'workload-ended') endedUs = event.atUs;
      else if (event.type === 'replica-exited') {
        if (endedUs === null || event.atUs < endedUs) exited.add(keyOf(event));
      } else if (event.type === 'session-opened' && event.sessionId !== null) held.add(event.client);
      else if (event.type === 'session-lost' || event.type === 'session-closed') held.delete(event.client);
    },
    result() {
      if (boots.size === 0) {
        const why = isExternal
          ? notStartedHere
          : 'what the replicas used was not recorded; it is read on Linux only';
        const none = { notApplicable: why };
        return { cpu: none, rss: none };
      }
      const cpuMs = [...boots.values()].reduce((sum, boot) => sum + boot.cpuUs - boot.cpuBeforeUs, 0) / 1000;
      const spanS = ((endedUs ?? 0) - (beganUs ?? 0)) / 1e6;
      return {
        cpu: { value: ok === 0 ? null : cpuMs / ok, cpuMs, calls: ok },
        rss: {
          peak: peakBytes === null ? null : peakBytes / bytesPerMb,
          growth: ok === 0 || spanS <= 0 ? null : growthOf(throughout(), (spanS * 1000) / ok),
          perSession:
            protocol === '2026-07-28'
              ? { notApplicable: '2026-07-28 has no sessions' }
              : { value: perSession(throughout(), exited.size > 0 ? [] : holding.all()) },
        },
      };
    },
  };
}

const keyOf = ({ replica, boot }: { replica: string; boot: number }) => `${replica} ${boot}`;

function newBoot(): Boot {
  return { cpuBeforeUs: 0, cpuUs: 0, rssBytes: 0, rssBeforeBytes: null, rss: thinned() };
}

function growthOf(boots: readonly Boot[], secondsPer1000: number): number | null {
  const slopes = boots.map((boot) => {
    const samples = boot.rss.all();
    const warm = samples.slice(Math.ceil(samples.length / 4));
    if (warm.length < leastSamples) return null;
    return medianSlope(warm.map(({ atUs, rssBytes }) => [atUs / 1e6, rssBytes / bytesPerMb]));
  });
  if (slopes.length === 0 || slopes.includes(null)) return null;
  return slopes.reduce<number>((sum, slope) => sum + (slope ?? 0), 0) * secondsPer1000;
}

function perSession(
  boots: readonly Boot[],
  points: readonly { sessions: number; rssBytes: number }[],
): number | null {
  const most = points.reduce((max, point) => Math.max(max, point.sessions), 0);
  if (most < leastSessions || boots.length === 0) return null;
  const full = points.filter((point) => point.sessions >= most * 0.95);
  const before = boots.reduce((sum, boot) => sum + (boot.rssBeforeBytes ?? 0), 0);
  return (medianOf(full.map((point) => point.rssBytes)) - before) / most / bytesPerMb;
}
