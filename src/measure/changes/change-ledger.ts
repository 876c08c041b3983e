import type { LedgerEntry } from '../../record/index.ts';

/** A change that stands, as the ledger has it. */
export interface Committed {
  topic: string;
  value: string;
  atUs: number;
}

/** What servers say they changed, to be held against what clients were told. */
export interface ChangeLedger {
  note(entry: LedgerEntry): void;
  /** In the order in which they were committed, by topic. */
  of(topic: string): readonly Committed[];
  /** When this value was published to this topic; of several times the first. */
  find(topic: string, value: string): Committed | undefined;
  readonly count: number;
}

/** The tool by which clients of ours change a topic (`infra/servers/tools/publish.ts`). */
const publishing = 'publish';

export function changeLedger(): ChangeLedger {
  const topics = new Map<string, Map<string, Committed>>();
  let count = 0;
  return {
    note(entry) {
      if (entry.event !== 'commit' || entry.tool !== publishing) return;
      const { subject: topic, value, atUs } = entry;
      if (topic === undefined || value === undefined) return;
      const changes = topics.get(topic) ?? new Map<string, Committed>();
      topics.set(topic, changes);
      // The same again is `duplicate_execution`.
      if (changes.has(value)) return;
      changes.set(value, { topic, value, atUs });
      count += 1;
    },
    of: (topic) => [...(topics.get(topic)?.values() ?? [])].sort((a, b) => a.atUs - b.atUs),
    find: (topic, value) => topics.get(topic)?.get(value),
    get count() {
      return count;
    },
  };
}
