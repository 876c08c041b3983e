import type { ProtocolRevision } from '../record/index.ts';
import type { Collector } from './collector.ts';

/** Sessions, or where there are none the application state of journeys, that were still alive over time. */
export interface Survival {
  of: 'session' | 'state';
  /** How many were watched, and how many of them were lost. */
  watched: number;
  lost: number;
  /** At most 401 points, each holding until the next one. */
  points: SurvivalPoint[];
}

export interface SurvivalPoint {
  atMs: number;
  /** Open and not lost, right after `atMs`. */
  atRisk: number;
  /** Kaplan-Meier estimate of the share that is still alive, 0 to 1. */
  alive: number;
  /** Its 95 % interval; null while nothing was lost and once everything is, since none is defined there. */
  interval: [number, number] | null;
}

/** One subject: watched from `enterUs` until it was lost, or until it left and nothing more is known of it. */
export interface Subject {
  enterUs: number;
  /** Infinity: it was still there at the end. */
  leaveUs: number;
  lost: boolean;
}

const slices = 400;
/** The two-sided 95 % quantile of the standard normal distribution. */
const z95 = 1.959963984540054;

/**
 * Watches sessions as `session_loss` counts them: those that arrivals opened, from their opening to the first
 * unknown-session answer, or until the client closed them. For a protocol without sessions it watches the
 * application state: from the first acknowledged write to the first answer that it does not exist.
 */
export function survival(protocol: ProtocolRevision, durationMs: number): Collector<Survival> {
  const of = protocol === '2026-07-28' ? 'state' : 'session';
  const subjects: Subject[] = [];
  const watched = new Map<string, Subject>();
  let beginUs = 0;
  const enter = (client: string, enterUs: number) => {
    const subject = { enterUs, leaveUs: Number.POSITIVE_INFINITY, lost: false };
    subjects.push(subject);
    watched.set(client, subject);
  };
  const leave = (client: string, atUs: number, lost: boolean) => {
    const subject = watched.get(client);
    if (subject === undefined || subject.leaveUs !== Number.POSITIVE_INFINITY) return;
    subject.leaveUs = atUs;
    subject.lost = lost;
  };
  const own =
    of === 'state'
      ? (['operation'] as const)
      : (['session-opened', 'session-lost', 'session-closed'] as const);
  return {
    types: ['workload-began', ...own, 'client-ended'],
    see(event) {
      switch (event.type) {
        case 'workload-began':
          beginUs = event.atUs;
          return;
        case 'session-opened':
          if (event.generation === 0 && event.sessionId !== null) enter(event.client, event.atUs);
          return;
        case 'session-lost':
          leave(event.client, event.atUs, true);
          return;
        case 'session-closed':
          leave(event.client, event.atUs, false);
          return;
        case 'operation':
          if (event.stateMissing) leave(event.client, event.endUs, true);
          else if (event.writes !== undefined && event.outcome === 'ok' && !watched.has(event.client)) {
            enter(event.client, event.endUs);
          }
          return;
        case 'client-ended':
          leave(event.client, event.atUs, false);
          watched.delete(event.client);
          return;
        default:
          return;
      }
    },
    result: () => ({
      of,
      watched: subjects.length,
      lost: subjects.filter((subject) => subject.lost).length,
      points: thin(survivalCurve(subjects, beginUs), durationMs),
    }),
  };
}

/**
 * The Kaplan-Meier estimate over the run's own time (E. L. Kaplan, P. Meier, "Nonparametric estimation from
 * incomplete observations", JASA 53, 1958), with delayed entry: at risk at a time are those that came before it
 * and have not gone (J. P. Klein, M. L. Moeschberger, "Survival Analysis", 2nd ed., 2003, section 4.6). What
 * leaves at the moment of a loss was still at risk. The interval is Greenwood's on the log-log scale
 * (Klein and Moeschberger, section 4.3), which stays within 0 and 1.
 */
export function survivalCurve(subjects: readonly Subject[], beginUs: number): SurvivalPoint[] {
  const entries = subjects.map((subject) => subject.enterUs).sort((a, b) => a - b);
  const exits = subjects
    .filter((subject) => subject.leaveUs !== Number.POSITIVE_INFINITY)
    .sort((a, b) => a.leaveUs - b.leaveUs);
  const points: SurvivalPoint[] = [];
  let atRisk = 0;
  let alive = 1;
  let variance = 0;
  for (let entry = 0, exit = 0; entry < entries.length || exit < exits.length; ) {
    const atUs = Math.min(entries[entry] ?? Infinity, exits[exit]?.leaveUs ?? Infinity);
    let lost = 0;
    let left = 0;
    for (; exits[exit]?.leaveUs === atUs; exit++) {
      left += 1;
      if (exits[exit]?.lost) lost += 1;
    }
    if (lost > 0 && atRisk > 0) {
      alive *= 1 - lost / atRisk;
      variance += lost / (atRisk * (atRisk - lost));
    }
    atRisk -= left;
    for (; entries[entry] === atUs; entry++) atRisk += 1;
    points.push({ atMs: (atUs - beginUs) / 1000, atRisk, alive, interval: logLog(alive, variance) });
  }
  return points;
}

function logLog(alive: number, variance: number): [number, number] | null {
  if (alive >= 1 || alive <= 0) return null;
  const spread = Math.exp((z95 * Math.sqrt(variance)) / Math.log(alive));
  // The logarithm is negative, so that `spread` is below 1.
  return [alive ** (1 / spread), alive ** spread];
}

/** The last point in each slice of time: a point says all that has happened until then. */
export function thin(points: readonly SurvivalPoint[], durationMs: number): SurvivalPoint[] {
  const sliceMs = Math.max(1, durationMs) / slices;
  const sliceOf = (point: SurvivalPoint) => Math.min(slices, Math.floor(point.atMs / sliceMs));
  return points
    .filter((point, i) => {
      const next = points[i + 1];
      return next === undefined || sliceOf(next) > sliceOf(point);
    })
    .map(({ atMs, atRisk, alive, interval }) => ({
      atMs,
      atRisk,
      alive: rounded(alive),
      interval: interval && [rounded(interval[0]), rounded(interval[1])],
    }));
}

/** To a millionth, which no chart and no reader can tell. */
function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}
