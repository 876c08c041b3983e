/**
 * Joins what clients say of an exchange with what the balancer says of it, by request id. The two write to
 * one file from two processes, so either may come first; what has been joined is forgotten.
 */
export interface RouteJoin {
  /** The balancer sent this request to this replica (null: to none) at this time. */
  routed(requestId: string, route: Route): void;
  /** Calls back, now or later, when the route of this request is known; never, if the balancer did not log it. */
  when(requestId: string, tell: (route: Route) => void): void;
  /** The route is of no further interest. */
  drop(requestId: string): void;
}

export interface Route {
  replica: string | null;
  atUs: number;
}

/**
 * What is kept of either side, oldest out: two lines on one request stand within a second of each other, and
 * some requests (notifications, DELETE) are of no interest to anyone.
 */
const keptMax = 100_000;

export function routeJoin(): RouteJoin {
  const routes = new Map<string, Route>();
  const waiting = new Map<string, ((route: Route) => void) | null>();
  return {
    routed(requestId, route) {
      if (!waiting.has(requestId)) {
        keep(routes, requestId, route);
        return;
      }
      const tell = waiting.get(requestId);
      waiting.delete(requestId);
      tell?.(route);
    },
    when(requestId, tell) {
      const route = routes.get(requestId);
      if (route === undefined) {
        keep(waiting, requestId, tell);
        return;
      }
      routes.delete(requestId);
      tell(route);
    },
    drop(requestId) {
      if (!routes.delete(requestId)) keep(waiting, requestId, null);
    },
  };
}

function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  if (map.size <= keptMax) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
