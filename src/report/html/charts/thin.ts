import type { Series } from '../../../measure/index.ts';

/** More points than this no panel can show. */
const pointsMax = 240;

type Window = Series['windows'][number];

/** Joins neighbouring windows: counts are added; of percentiles, which cannot be, the highest is kept. */
export function thinWindows(windows: Window[]): Window[] {
  return joined(windows).map((group) => ({
    startMs: group[0]?.startMs ?? 0,
    intended: sum(group.map((w) => w.intended)),
    ok: sum(group.map((w) => w.ok)),
    recovered: sum(group.map((w) => w.recovered)),
    p50Ms: highest(group.map((w) => w.p50Ms)),
    p99Ms: highest(group.map((w) => w.p99Ms)),
  }));
}

export function thinLoad(load: Series['load']): Series['load'] {
  return joined(load).map((group) => {
    const requests: Record<string, number> = {};
    for (const window of group) {
      for (const [replica, n] of Object.entries(window.requests))
        requests[replica] = (requests[replica] ?? 0) + n;
    }
    return { startMs: group[0]?.startMs ?? 0, requests };
  });
}

/** How many windows make one point of a chart; 1 if none are joined. */
export function windowsPerPoint(count: number): number {
  return Math.max(1, Math.ceil(count / pointsMax));
}

function joined<T>(list: T[]): T[][] {
  const size = windowsPerPoint(list.length);
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}

function sum(values: number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function highest(values: (number | null)[]): number | null {
  return values.reduce((a, b) => (a === null ? b : b === null ? a : Math.max(a, b)), null);
}
