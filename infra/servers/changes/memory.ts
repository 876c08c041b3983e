import { listeners } from './listeners.ts';
import { type Changes, topicsMax } from './types.ts';

/** In the memory of this replica: listeners at other replicas never hear of a change made here. */
export function memoryChanges(): Changes {
  const values = new Map<string, string>();
  const heard = listeners();
  return {
    publish(topic, value) {
      const isNew = !values.has(topic);
      if (isNew && values.size >= topicsMax) return false;
      values.set(topic, value);
      // Behind the ledger's note that it stands, which is written before the next turn.
      setImmediate(() => heard.tell({ topic, value, isNew }));
      return true;
    },
    read: (topic) => values.get(topic),
    topics: () => [...values.keys()],
    onChange: heard.add,
    close: () => {},
  };
}
