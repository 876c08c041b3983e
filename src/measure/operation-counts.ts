/**
 * Counts per operation id in about one byte each: a run has millions of operations, and their ids are
 * `<client>.<index>`. Counts stop at 255.
 */
export interface OperationCounts {
  increment(opId: string): void;
  count(opId: string): number;
  /** How many ids were counted at least `times`. */
  atLeast(times: number): number;
  /** How many ids were counted here and not there. */
  missingFrom(there: OperationCounts): number;
}

export function operationCounts(): OperationCounts {
  const byClient = new Map<string, Uint8Array>();
  return {
    increment(opId) {
      const dot = opId.lastIndexOf('.');
      const client = opId.slice(0, dot);
      const index = Number(opId.slice(dot + 1));
      // Ids come from a server; one that is not ours to have sent is not counted.
      if (dot < 1 || !Number.isSafeInteger(index) || index < 0 || index > 100_000_000) return;
      let counts = byClient.get(client);
      if (counts === undefined || counts.length <= index) {
        const grown = new Uint8Array(Math.max(16, 2 ** Math.ceil(Math.log2(index + 1))));
        if (counts) grown.set(counts);
        byClient.set(client, grown);
        counts = grown;
      }
      counts[index] = Math.min(255, (counts[index] ?? 0) + 1);
    },
    count: (opId) =>
      byClient.get(opId.slice(0, opId.lastIndexOf('.')))?.[Number(opId.slice(opId.lastIndexOf('.') + 1))] ??
      0,
    missingFrom(there) {
      let missing = 0;
      for (const [client, counts] of byClient) {
        for (const [index, count] of counts.entries()) {
          if (count > 0 && there.count(`${client}.${index}`) === 0) missing += 1;
        }
      }
      return missing;
    },
    atLeast(times) {
      let total = 0;
      for (const counts of byClient.values()) for (const count of counts) if (count >= times) total += 1;
      return total;
    },
  };
}
