/**
 * A uniform sample of clients of bounded size, chosen by a hash of their names: no matter how many come, or in
 * which order, the same names give the same sample.
 */
export interface ClientSample {
  has(client: string): boolean;
  /**
   * Whether this client is in the sample from now on; one that had to leave for it is told to `evict`.
   * To be asked once for each client, when it arrives.
   */
  offer(client: string): boolean;
  /** Makes the sample smaller by one; never empty. */
  shrink(): void;
}

export function clientSample(atFirst: number, evict: (client: string) => void): ClientSample {
  let sizeMax = atFirst;
  const ranks = new Map<string, number>();
  let worst: { client: string; rank: number } | undefined;
  const drop = () => {
    worst ??= worstOf(ranks);
    if (worst === undefined) return;
    ranks.delete(worst.client);
    evict(worst.client);
    worst = undefined;
  };
  return {
    has: (client) => ranks.has(client),
    offer(client) {
      if (ranks.has(client)) return true;
      const rank = hashOf(client);
      if (ranks.size >= sizeMax) {
        worst ??= worstOf(ranks);
        if (worst === undefined || rank >= worst.rank) return false;
        drop();
      }
      ranks.set(client, rank);
      if (worst && rank > worst.rank) worst = { client, rank };
      return true;
    },
    shrink() {
      if (ranks.size < 2) return;
      drop();
      sizeMax = ranks.size;
    },
  };
}

function worstOf(ranks: ReadonlyMap<string, number>): { client: string; rank: number } | undefined {
  let worst: { client: string; rank: number } | undefined;
  for (const [client, rank] of ranks) if (!worst || rank > worst.rank) worst = { client, rank };
  return worst;
}

/** FNV-1a over UTF-16 units, then mixed as MurmurHash3 ends, so that names that count up do not follow each other. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
