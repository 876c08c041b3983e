import type { RunEvent } from '../record/index.ts';
import type { Collector } from './collector.ts';
import type { NotApplicable, Ready, ReadyReplica, Series } from './metrics.ts';

/** What was seen of one boot, in microseconds of the run's clock. */
interface Boot {
  replica: string;
  boot: number;
  why: ReadyReplica['why'];
  orderedUs: number;
  startedUs?: number;
  listeningUs?: number;
  answeredUs?: number;
  balancedUs?: number;
}

export interface JoinedBoots {
  beginUs: number;
  boots: readonly Boot[];
}

/** The boots that were asked for after the workload had begun. */
export function joinedBoots(): Collector<JoinedBoots> {
  const boots: Boot[] = [];
  /** The last boot of each replica, until a request has been answered by it. */
  const waiting = new Map<string, Boot>();
  const added = new Set<string>();
  let beginUs = Number.POSITIVE_INFINITY;

  const order = (replica: string, boot: number, atUs: number) => {
    if (atUs < beginUs) return;
    // A replica that was started without an order is counted from its start.
    if (boots.some((one) => one.replica === replica && one.boot === boot)) return;
    const why = added.has(replica) ? 'scale-out' : 'replacement';
    added.delete(replica);
    const ordered: Boot = { replica, boot, why, orderedUs: atUs };
    boots.push(ordered);
    waiting.set(replica, ordered);
  };
  const note = (
    event: { replica: string; boot: number; atUs: number },
    field: 'startedUs' | 'listeningUs' | 'answeredUs',
  ) => {
    const boot = boots.find((one) => one.replica === event.replica && one.boot === event.boot);
    if (boot) boot[field] = event.atUs;
  };

  return {
    types: [
      'workload-began',
      'fault-began',
      'replica-ordered',
      'replica-started',
      'replica-listening',
      'replica-ready',
      'routed',
    ],
    see(event: RunEvent) {
      switch (event.type) {
        case 'workload-began':
          beginUs = event.atUs;
          return;
        case 'fault-began':
          if (event.name === 'scale-out') for (const replica of event.targets) added.add(replica);
          return;
        case 'replica-ordered':
          order(event.replica, event.boot, event.atUs);
          return;
        case 'replica-started':
          order(event.replica, event.boot, event.atUs);
          note(event, 'startedUs');
          return;
        case 'replica-listening':
          note(event, 'listeningUs');
          return;
        case 'replica-ready':
          note(event, 'answeredUs');
          return;
        case 'routed': {
          if (waiting.size === 0 || event.replica === null) return;
          const boot = waiting.get(event.replica);
          const isOk = event.status !== null && event.status >= 200 && event.status < 300;
          if (boot === undefined || !isOk || event.atUs < boot.orderedUs) return;
          boot.balancedUs = event.endUs;
          waiting.delete(event.replica);
          return;
        }
        default:
          return;
      }
    },
    result: () => ({ beginUs, boots }),
  };
}

/** Of an equal share; the rest is chance and affinity. */
const fairEnough = 0.8;
const holdWindows = 2;
/** A window with fewer per replica says nothing about shares. */
const leastPerReplica = 5;

/**
 * `ready_ms`: how long replicas that joined during the run took, stage by stage: command ─▶ process up ─▶
 * listening ─▶ first MCP answer ─▶ first balanced ok ─▶ 80 % of an equal share of the requests.
 * The last is told to a window of the series, and at its end.
 */
export function ready(
  { beginUs, boots }: JoinedBoots,
  series: Pick<Series, 'load' | 'upstreams' | 'windowMs'>,
): Ready | NotApplicable {
  if (boots.length === 0) return { notApplicable: 'no replica was added or replaced' };
  const replicas = boots.map((boot) => {
    const since = (us: number | undefined) => (us === undefined ? null : (us - boot.orderedUs) / 1000);
    const orderedMs = (boot.orderedUs - beginUs) / 1000;
    const fairMs = fairShareAt(boot.replica, orderedMs, series);
    return {
      replica: boot.replica,
      boot: boot.boot,
      why: boot.why,
      startedMs: since(boot.startedUs),
      listeningMs: since(boot.listeningUs),
      answeredMs: since(boot.answeredUs),
      balancedMs: since(boot.balancedUs),
      fairShareMs: fairMs === null ? null : fairMs - orderedMs,
    };
  });
  const times = replicas.map((replica) => replica.balancedMs);
  return { value: times.every((ms) => ms !== null) ? Math.max(...times) : null, replicas };
}

/** When the replica had its share, in milliseconds since the workload began; null if it never did. */
function fairShareAt(
  replica: string,
  orderedMs: number,
  { load, upstreams, windowMs }: Pick<Series, 'load' | 'upstreams' | 'windowMs'>,
): number | null {
  const joined = upstreams.find(({ atMs, replicas }) => atMs >= orderedMs && replicas.includes(replica));
  if (joined === undefined) return null;
  let held = 0;
  let firstEndMs = 0;
  for (const { startMs, requests } of load) {
    if (startMs < joined.atMs) continue;
    const endMs = startMs + windowMs;
    const members = upstreams.findLast(({ atMs }) => atMs <= startMs)?.replicas ?? [];
    // It left again, or others came or went within the window.
    if (!members.includes(replica)) return null;
    if (upstreams.some(({ atMs }) => atMs > startMs && atMs < endMs)) continue;
    const total = members.reduce((sum, member) => sum + (requests[member] ?? 0), 0);
    if (total < leastPerReplica * members.length) continue;
    if ((requests[replica] ?? 0) < (fairEnough * total) / members.length) {
      held = 0;
      continue;
    }
    held += 1;
    if (held === 1) firstEndMs = endMs;
    if (held === holdWindows) return firstEndMs;
  }
  return null;
}
