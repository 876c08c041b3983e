import { eventsOf } from './recorded-events.ts';

/** What several rows ask of the record of a run. */

/** From when to when something lasted, in microseconds. */
export interface Span {
  fromUs: number;
  toUs: number;
}

/** How many of them there were at the same time, at most. */
export function mostAtOnce(spans: readonly Span[]): number {
  const changes = spans
    .filter(({ fromUs, toUs }) => toUs > fromUs)
    .flatMap(({ fromUs, toUs }) => [
      { atUs: fromUs, by: 1 },
      { atUs: toUs, by: -1 },
    ]);
  let now = 0;
  let most = 0;
  // Who goes at a moment is not there with who comes then.
  for (const { by } of changes.sort((a, b) => a.atUs - b.atUs || a.by - b.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

/** What a server used, from its last sample before the workload. */
export interface ServerUse {
  rssBytes: number[];
  /** Of one core, on average. */
  cores: number;
}

export async function serversIn(eventsPath: string): Promise<ServerUse[]> {
  const events = await eventsOf(eventsPath, ['workload-began', 'replica-usage']);
  const beganUs = events.find(({ type }) => type === 'workload-began')?.atUs ?? Number.NaN;
  const byReplica = new Map<string, { atUs: number; cpuUs: number; rssBytes: number }[]>();
  for (const event of events) {
    if (event.type !== 'replica-usage') continue;
    const samples = byReplica.get(event.replica);
    if (event.atUs < beganUs || samples === undefined) byReplica.set(event.replica, [event]);
    else samples.push(event);
  }
  return [...byReplica.values()].map((samples) => ({
    rssBytes: samples.map(({ rssBytes }) => rssBytes),
    cores: coresOf(samples),
  }));
}

/** By how much they were larger at their largest than at first, together. */
export function growthOf(servers: readonly ServerUse[]): number {
  return servers.reduce((sum, { rssBytes }) => sum + Math.max(...rssBytes) - (rssBytes[0] ?? 0), 0);
}

/** CPU time over time, from the first sample to the last. */
export function coresOf(samples: readonly { atUs: number; cpuUs: number }[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  return first && last ? (last.cpuUs - first.cpuUs) / (last.atUs - first.atUs) : Number.NaN;
}
