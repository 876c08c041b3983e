/** Session id → where it lives. Holds at most `sessionsMax`; the one learned first is the first to go. */
export interface SessionTable<U> {
  get(sessionId: string): U | undefined;
  set(sessionId: string, home: U): void;
  delete(sessionId: string): void;
}

export function sessionTable<U>(sessionsMax: number): SessionTable<U> {
  // A Map keeps the order of insertion, and a key that is set again keeps its place.
  const homes = new Map<string, U>();
  return {
    get: (sessionId) => homes.get(sessionId),
    set(sessionId, home) {
      homes.set(sessionId, home);
      if (homes.size <= sessionsMax) return;
      const [oldest] = homes.keys();
      if (oldest !== undefined) homes.delete(oldest);
    },
    delete: (sessionId) => homes.delete(sessionId),
  };
}
