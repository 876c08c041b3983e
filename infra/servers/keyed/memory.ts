import type { KeptResult, KeyedCalls } from './types.ts';

/** As many results are kept, the newest. */
const keptMax = 10_000;

/** The memory of this replica. A claim needs no lease: its owner lives as long as this does. */
export function memoryKeyedCalls(): KeyedCalls {
  const calls = new Map<string, { owner: string; result?: KeptResult }>();
  return {
    claim(key, owner) {
      const call = calls.get(key);
      if (call?.result) return { result: call.result };
      if (call) return 'busy';
      calls.set(key, { owner });
      const [oldest] = calls.keys();
      if (calls.size > keptMax && oldest !== undefined) calls.delete(oldest);
      return 'mine';
    },
    renew: () => {},
    settle(key, owner, result) {
      const call = calls.get(key);
      if (call?.owner === owner) call.result = result;
    },
    release(key, owner) {
      if (calls.get(key)?.owner === owner) calls.delete(key);
    },
    close: () => calls.clear(),
  };
}
