import type { Collector } from './collector.ts';

/**
 * Joins what clients say of an exchange with what the balancer says of it, by request id. The two write to
 * one file from two processes, so either may come first. One join serves all collectors of a run that ask; it
 * must see each event before they do.
 */
export interface RouteJoin extends Collector<void> {
  /** Calls back, now or later, when the route of this request is known; never, if the balancer did not log it. */
  when(requestId: string, tell: (route: Route) => void): void;
}

export interface Route {
  /** Null: none could be reached. */
  replica: string | null;
  /** When it was chosen. */
  atUs: number;
}

/**
 * What is kept of either side: two lines on one request stand within seconds of each other. At least so many,
 * at most twice as many.
 */
const keptMin = 100_000;
/**
 * Who asks where an operation went asks no later than so many operations after it; then it is forgotten. Most
 * requests are of no interest to anyone, and what lives short costs least.
 */
const keptOperations = 4096;

export function routeJoin(): RouteJoin {
  const routes = recent<Route>();
  const waiting = recent<((route: Route) => void)[]>();
  const finished: string[] = [];
  let next = 0;
  return {
    types: ['routed', 'operation'],
    see(event) {
      if (event.type === 'routed' && event.requestId !== null) {
        const { requestId, replica, atUs } = event;
        const route = { replica, atUs };
        routes.set(requestId, route);
        for (const tell of waiting.get(requestId)?.splice(0) ?? []) tell(route);
      } else if (event.type === 'operation' && event.requestId !== null) {
        const forgotten = finished[next];
        if (forgotten !== undefined) routes.delete(forgotten);
        finished[next] = event.requestId;
        next = (next + 1) % keptOperations;
      }
    },
    when(requestId, tell) {
      const route = routes.get(requestId);
      if (route) {
        tell(route);
        return;
      }
      const others = waiting.get(requestId);
      if (others) others.push(tell);
      else waiting.set(requestId, [tell]);
    },
    result: () => {},
  };
}

/** A map that forgets the oldest half of what it holds when it is full, at once: one by one takes longer. */
function recent<V>() {
  let older = new Map<string, V>();
  let newer = new Map<string, V>();
  return {
    get: (key: string): V | undefined => newer.get(key) ?? older.get(key),
    delete: (key: string): boolean => newer.delete(key) || older.delete(key),
    set(key: string, value: V): void {
      newer.set(key, value);
      if (newer.size < keptMin) return;
      older = newer;
      newer = new Map();
    },
  };
}
